"""Where to compute, and how many processes do."""

import paddle
from paddleseg.utils.utils import set_cv2_num_threads

from ..errors import UsageError
from ..language import translated

__all__ = ["DEVICES", "choose_device", "join_processes", "rank", "world_size"]

DEVICES = ("cpu", "gpu", "xpu", "npu", "mlu")


def choose_device(device=None, num_workers=0):
    """Select the device, saying which one was taken when none was asked for.

    Args:
        device: one of DEVICES; None takes the GPU when there is one, else the CPU.
        num_workers: of the data loader; with many, OpenCV gets one thread.

    Returns:
        str: the device in use.

    Raises:
        UsageError: the device asked for is not here.
    """
    here = {
        "cpu": True,
        "gpu": paddle.is_compiled_with_cuda() and paddle.device.cuda.device_count() > 0,
        "xpu": paddle.is_compiled_with_xpu(),
    }
    custom = paddle.device.get_all_custom_device_type() or []
    if device is None:
        device = "gpu" if here["gpu"] else "cpu"
        if rank() == 0:
            why = "" if here["gpu"] else " (no GPU that this Paddle can use was found)"
            print(translated(f"device: {device}{why}"), flush=True)
    elif not here.get(device, device in custom):
        reason = (
            "this Paddle is a CPU build; install paddlepaddle-gpu"
            if device == "gpu" and not paddle.is_compiled_with_cuda()
            else "none was found"
        )
        raise UsageError(f"--device {device}: {reason}; --device cpu works here")
    paddle.set_device(device)
    set_cv2_num_threads(num_workers)
    return device


def rank():
    """Number of this process, 0 when it is alone or first."""
    return paddle.distributed.ParallelEnv().rank


def world_size():
    """Number of processes that train together."""
    return paddle.distributed.ParallelEnv().world_size


def join_processes():
    """Connect the processes that `python -m paddle.distributed.launch` started."""
    if world_size() > 1 and not paddle.distributed.is_initialized():
        paddle.distributed.init_parallel_env()
