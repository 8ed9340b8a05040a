"""The language in which the commands speak: English, or Chinese.

The source speaks English. `translated` is called where a command prints: it finds the
sentence among the templates of zh.po and says the Chinese one. A sentence that is not
there stays as it is. In English nothing of this is loaded.
"""

from .choice import LANGUAGES, asked_language, choose_language, language
from .translate import padded, translated

__all__ = [
    "LANGUAGES",
    "asked_language",
    "choose_language",
    "language",
    "padded",
    "translated",
]
