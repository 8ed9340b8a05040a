"""What an engine printed becomes a reason."""

from paddle_resample.seg.export.engines import _reason


def test_a_long_reason_is_told_whole():
    line = "[ONNXRuntimeError] : 1 : FAIL : node " + "a_long_name." * 60 + " at the end"
    assert _reason(f"loading\n  {line}\nTraceback", 1) == line


def test_a_silent_death_is_told_by_its_status():
    assert _reason("loading\n", -9) == "it died with status -9"
