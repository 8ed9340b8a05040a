"""Why a network cannot predict an image is told whole."""

from paddle_resample.seg.prediction.inference import _reason


def test_a_long_reason_is_told_whole():
    line = "(InvalidArgument) The shape is wrong: " + "[1, 2, 3], " * 60 + "at the end."
    assert _reason(ValueError(f"\nC++ stack\n----\n {line}\n [Hint: x]\n")) == line


def test_an_error_without_a_text_has_no_reason():
    assert _reason(ValueError("")) == "no reason"
