"""The training loop: iterations, and when to evaluate, save and stop."""

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import paddle
from paddleseg.utils.ema import init_ema_params, update_ema_model
from paddleseg.utils.utils import convert_sync_batchnorm

from ..errors import UsageError
from ..files import usable_folder, write_json, writing
from .checkpoint import (
    find_checkpoint,
    load_checkpoint,
    remove_old,
    save_checkpoint,
    save_weights,
)
from .device import join_processes, rank, world_size
from .evaluation import evaluate
from .interrupt import interrupt_flag
from .loading import training_loader
from .progress import Averages, Curve, RunDisplay
from .record import describe_run, set_aside
from .step import Step

__all__ = ["Settings", "Trainer"]


@dataclass
class Settings:
    """How to train, beside what the configuration says; fields as PaddleSeg's flags.

    Attributes:
        save_dir: folder of the results.
        device: name, see `device.choose_device`.
        seed: of the initial weights, the order and the augmentation.
        do_eval: whether to evaluate at every save_interval and at the end.
        resume_model: a checkpoint's folder, "auto" for the newest in save_dir.
        save_interval: iterations between checkpoints.
        log_iters: iterations between lines of the curve.
        num_workers: processes that read samples.
        keep_checkpoint_max: checkpoints kept; 0 keeps all.
        eval_batch_size: images evaluated together, default the training batch size.
        repeats: times each sample comes in an epoch.
        use_vdl, use_ema, precision, amp_level: as PaddleSeg means them.
    """

    save_dir: str = "output"
    device: str = "cpu"
    seed: int = 0
    do_eval: bool = False
    resume_model: Optional[str] = None
    save_interval: int = 1000
    log_iters: int = 10
    num_workers: int = 0
    keep_checkpoint_max: int = 5
    eval_batch_size: Optional[int] = None
    repeats: int = 1
    use_vdl: bool = False
    use_ema: bool = False
    precision: str = "fp32"
    amp_level: str = "O1"


class Trainer:
    """One training run and all of its state.

    Args:
        components: `components.Components`.
        settings: Settings.

    Attributes:
        progress: dict saved in every checkpoint: iteration, best score and where.

    Raises:
        UsageError: the configuration cannot be trained.
    """

    def __init__(self, components, settings):
        self.settings = settings
        self.config = components.config
        self.iters = self.config.iters
        self.first = rank() == 0
        self.save_dir = usable_folder(settings.save_dir)
        if settings.precision == "fp16" and settings.device == "cpu":
            settings.precision = "fp32"
            if self.first:
                print("note: Paddle has no mixed precision on a CPU; this run is fp32")
        join_processes()
        paddle.seed(settings.seed)
        self.model = convert_sync_batchnorm(components.need("model"), settings.device)
        self.train_dataset = components.need("train_dataset")
        self.val_dataset = components.need("val_dataset") if settings.do_eval else None
        self.optimizer = components.need("optimizer")
        self.losses = components.need("loss")
        self.ema_model = None
        if settings.use_ema:
            self.ema_model = copy.deepcopy(self.model)
            self.ema_model.eval()
            init_ema_params(self.ema_model, self.model)
        self.progress = {"iteration": 0, "best": None, "ema_best": None}

    def run(self):
        """Train to the end.

        Returns:
            dict: the last and best scores, as scores.json holds them; empty without
            do_eval.

        Raises:
            UsageError: a sample or setting that cannot be used.
            RunFailed: the loss became infinite or not a number.
            KeyboardInterrupt: after Ctrl-C, when the state is saved.
        """
        start = self._resume()
        if self.first and start == 0:
            set_aside(self.save_dir)
        if self.first:
            self._write_record(start)
        curve = None
        if self.first:
            path = self.save_dir / "curve.jsonl"
            curve = Curve(path, start, self.settings.use_vdl)
        step = self._step()
        batches = training_loader(
            self.train_dataset,
            self.config.batch_size,
            self.settings.seed,
            start,
            self.iters,
            self.settings.num_workers,
            self.settings.repeats,
            rank(),
            world_size(),
        )
        title = f"train {self.save_dir.name}"
        display = RunDisplay(title, self.iters, start, quiet=not self.first)
        averages = Averages()
        with interrupt_flag() as interrupted, display:
            for iteration, batch in enumerate(batches, start + 1):
                self.model.train()
                # Dropout and the like follow from (seed, iteration), resumed or not.
                paddle.seed(_mix(self.settings.seed, iteration, rank()))
                rate = step.learning_rate
                averages.add(step(batch, iteration), batch["waited"])
                if self.ema_model is not None:
                    update_ema_model(self.ema_model, self.model, step=iteration)
                self.progress["iteration"] = iteration
                display.advance(note=f"loss {averages.last:.4f}")
                if iteration % self.settings.log_iters == 0 or iteration == self.iters:
                    line = averages.take()
                    if self.first:
                        scalars = {"Train/loss": line["loss"], "Train/lr": rate}
                        curve.add(iteration, scalars, learning_rate=rate, **line)
                        display.report(f"loss {line['loss']:.4f}  lr {rate:.2e}")
                at_end = iteration == self.iters
                if at_end or iteration % self.settings.save_interval == 0:
                    self._milestone(display, curve)
                elif interrupted():
                    self._save()
                if interrupted() and not at_end:
                    raise KeyboardInterrupt(
                        f"stopped by Ctrl-C after iteration {iteration}; continue with "
                        f"--resume_model {self.save_dir / f'iter_{iteration}'}"
                    )
        if curve:
            curve.close()
        return self.progress.get("scores", {})

    def _resume(self):
        given = self.settings.resume_model
        if not given:
            return 0
        folder = find_checkpoint(self.save_dir) if given == "auto" else Path(given)
        if folder is None:
            return 0
        saved = load_checkpoint(folder, self.model, self.optimizer, self.ema_model)
        self.progress.update(saved)
        if saved["iteration"] >= self.iters:
            raise UsageError(
                f"checkpoint {str(folder)!r} has already done {saved['iteration']} of "
                f"{self.iters} iterations; raise --iters to train on"
            )
        return saved["iteration"]

    def _step(self):
        s = self.settings
        model, optimizer = self.model, self.optimizer
        if s.precision == "fp16" and s.amp_level == "O2":
            model, optimizer = paddle.amp.decorate(
                models=model, optimizers=optimizer, level="O2", save_dtype="float32"
            )
            self.model, self.optimizer = model, optimizer
        forward = model
        if self.config.to_static_training:
            forward = paddle.jit.to_static(forward)
        if world_size() > 1:
            forward = paddle.DataParallel(forward)
        return Step(
            model, self.losses, optimizer, s.precision, s.amp_level, parallel=forward
        )

    def _milestone(self, display, curve):
        """Evaluate if asked to, save, and remember the best."""
        iteration = self.progress["iteration"]
        scores = {}
        if self.val_dataset is not None:
            scores["last"] = self._evaluate(self.model, display)
            if self.ema_model is not None:
                scores["ema_last"] = self._evaluate(self.ema_model, display)
        if not self.first:
            return
        for key, result in scores.items():
            best_key = key.replace("last", "best")
            brief = {k: result[k] for k in ("miou", "accuracy", "mdice", "kappa")}
            best = self.progress.get(best_key)
            # NaN, when no pixel was labelled, is never the best.
            better = math.isfinite(result["miou"]) and (
                best is None or result["miou"] > best["miou"]
            )
            if better:
                self.progress[best_key] = best = {"iteration": iteration, **brief}
                self._save_best(key)
            prefix = "Evaluate/Ema_" if key == "ema_last" else "Evaluate/"
            scalars = {
                f"{prefix}mIoU": brief["miou"],
                f"{prefix}Acc": brief["accuracy"],
            }
            curve.add(iteration, scalars, evaluated=key, **brief)
            display.line(
                f"iteration {iteration}: {'EMA ' if key == 'ema_last' else ''}mIoU "
                f"{result['miou']:.4f}  accuracy {result['accuracy']:.4f}  "
                f"(best {best['miou']:.4f} at {best['iteration']})"
                if best
                else f"iteration {iteration}: nothing was labelled"
            )
        if scores:
            names = getattr(self.val_dataset, "CLASS_NAMES", None)
            self.progress["scores"] = {
                "iteration": iteration,
                **scores,
                "best": self.progress["best"],
                "ema_best": self.progress["ema_best"],
                "class_names": list(names) if names else None,
            }
            write_json(self.save_dir / "scores.json", self.progress["scores"])
        self._save()

    def _save(self):
        if not self.first:
            return
        iteration = self.progress["iteration"]
        kept = {k: v for k, v in self.progress.items() if k != "scores"}
        save_checkpoint(
            self.save_dir / f"iter_{iteration}",
            self.model,
            self.optimizer,
            {**kept, "seed": self.settings.seed, "iters": self.iters},
            self.ema_model,
        )
        remove_old(self.save_dir, self.settings.keep_checkpoint_max)

    def _save_best(self, key):
        if key == "ema_last":
            folder, name = self.save_dir / "ema_best_model", "ema_model.pdparams"
            save_weights(folder, name, self.ema_model)
        else:
            save_weights(self.save_dir / "best_model", "model.pdparams", self.model)

    def _evaluate(self, model, display):
        if self.first:
            display.advance(0, note="evaluating")
        return evaluate(
            model,
            self.val_dataset,
            batch_size=self.settings.eval_batch_size or self.config.batch_size,
            num_workers=self.settings.num_workers,
            precision=self.settings.precision,
            amp_level=self.settings.amp_level,
            test_config=self.config.test_config,
        )

    def _write_record(self, start):
        with writing(self.save_dir / "config.yml") as file:
            file.write(str(self.config))
        parameters = sum(p.size for p in self.model.parameters() if not p.stop_gradient)
        record = describe_run(
            config_file=self.config.path,
            settings=vars(self.settings),
            seed=self.settings.seed,
            resumed_at=start,
            processes=world_size(),
            trainable_parameters=int(parameters),
        )
        write_json(self.save_dir / "run.json", record)


def _mix(*numbers):
    """One seed from several numbers, far apart for neighbouring ones."""
    mixed = 0
    for number in numbers:
        mixed = (mixed * 1_000_003 + number) % (2**31 - 1)
    return mixed
