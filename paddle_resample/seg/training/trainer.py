"""The training loop: iterations, and when to evaluate, save and stop."""

import contextlib
import copy
from pathlib import Path

import paddle
from paddleseg.utils.ema import init_ema_params, update_ema_model
from paddleseg.utils.utils import convert_sync_batchnorm

from ...errors import UsageError
from ...files import usable_folder, write_json, writing
from ...network_cost import count_parameters
from ..checkpoints.checkpoint import (
    find_checkpoint,
    load_checkpoint,
    remove_old,
    save_checkpoint,
    settle_run,
)
from ..checkpoints.lock import sole_run
from ..data.loading import training_loader
from ..device import join_processes, rank, world_size
from ..progress import Averages, Curve, RunDisplay
from .anomaly import first_not_finite
from .disk import disk_failures
from .interrupt import interrupt_flag
from .milestone import enter_scores, score_models
from .record import describe_run, set_aside
from .settings import Settings
from .step import NotFinite, Step
from .stopping import batch_files, stop_run

__all__ = ["Settings", "Trainer"]


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
        if settings.detect_anomaly and self.config.to_static_training:
            raise UsageError(
                "--detect_anomaly: a model that to_static_training has compiled cannot "
                "be looked into; set to_static_training to False"
            )
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
            UsageError: a sample or setting that cannot be used, or another run is at
                work in save_dir.
            RunFailed: a number became infinite or none, or the disk took no more.
            KeyboardInterrupt: after Ctrl-C, when the state is saved.
        """
        lock = sole_run(self.save_dir) if self.first else contextlib.nullcontext()
        with disk_failures(self.save_dir), lock:
            return self._run()

    def _run(self):
        if self.first:
            settle_run(self.save_dir)
        if world_size() > 1:  # what is settled is settled for all
            paddle.distributed.barrier()
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
            skip_damaged=self.config.dic.get("damaged_samples") == "skip",
        )
        title = f"train {self.save_dir.name}"
        display = RunDisplay(title, self.iters, start, quiet=not self.first)
        averages = Averages()
        with interrupt_flag() as interrupted, display:
            for iteration, batch in enumerate(batches, start + 1):
                rate = step.learning_rate
                losses = self._train_on(step, batch, iteration)
                averages.add(losses, batch["waited"])
                self._note_skipped(batch.get("skipped", []), display)
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
                saving = at_end or iteration % self.settings.save_interval == 0
                if saving or interrupted():
                    self._check_state(rate, losses)
                if saving:
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
            model,
            self.losses,
            optimizer,
            s.precision,
            s.amp_level,
            parallel=forward,
            detect_anomaly=s.detect_anomaly,
        )

    def _train_on(self, step, batch, iteration):
        """One update; its losses."""
        self.model.train()
        # Dropout and the like follow from (seed, iteration), resumed or not.
        numbers = self.settings.seed, iteration, rank()
        paddle.seed(_mix(*numbers))
        try:
            return step(batch)
        except NotFinite as error:
            paddle.seed(_mix(*numbers))
            first = step.find_first(batch, error.first)
            self._stop("before", iteration, step.learning_rate, error.losses, first)

    def _check_state(self, rate, losses):
        """Nothing that is not finite is ever scored or saved."""
        first = first_not_finite(self.model, self.optimizer)
        if first is None and self.ema_model is not None:
            first = first_not_finite(self.ema_model, what="the averaged")
        if first:
            self._stop("after", self.progress["iteration"], rate, losses, first)

    def _stop(self, when, iteration, rate, losses, first):
        s = self.settings
        size = self.config.batch_size
        stop_run(
            self.save_dir,
            batch_files(self.train_dataset, iteration, size, s.seed, s.repeats),
            iteration=iteration,
            learning_rate=rate,
            losses=losses,
            first=first,
            when=when,
            hint="" if s.detect_anomaly else "; --detect_anomaly finds where it begins",
        )

    def _milestone(self, display, curve):
        """Evaluate if asked to, save, and remember the best."""
        models, scores = {"last": self.model}, {}
        if self.ema_model is not None:
            models["ema_last"] = self.ema_model
        dataset = self.val_dataset
        if dataset is not None:
            scores = score_models(models, dataset, self.settings, self.config, display)
        if not self.first:
            return
        if scores:
            enter_scores(
                scores,
                models,
                getattr(dataset, "CLASS_NAMES", None),
                progress=self.progress,
                save_dir=self.save_dir,
                display=display,
                curve=curve,
            )
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

    def _note_skipped(self, faults, display):
        """Count the samples that `damaged_samples: skip` left out, each file's once on
        the screen, and all in run.json and the checkpoints."""
        if not faults or not self.first:
            return
        counts = dict(self.progress.get("skipped_samples", {}))
        for fault in faults:
            if fault not in counts:
                display.line(f"skipped: {fault}")
            counts[fault] = counts.get(fault, 0) + 1
        self.progress["skipped_samples"] = counts
        self.record["skipped_samples"] = counts
        write_json(self.save_dir / "run.json", self.record)

    def _write_record(self, start):
        with writing(self.save_dir / "config.yml") as file:
            file.write(str(self.config))
        self.record = describe_run(
            config_file=self.config.path,
            settings=vars(self.settings),
            seed=self.settings.seed,
            resumed_at=start,
            processes=world_size(),
            trainable_parameters=count_parameters(self.model),
        )
        self.record["skipped_samples"] = self.progress.get("skipped_samples", {})
        write_json(self.save_dir / "run.json", self.record)


def _mix(*numbers):
    """One seed from several numbers, far apart for neighbouring ones."""
    mixed = 0
    for number in numbers:
        mixed = (mixed * 1_000_003 + number) % (2**31 - 1)
    return mixed
