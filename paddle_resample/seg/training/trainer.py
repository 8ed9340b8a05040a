"""The training loop: iterations, and when to evaluate, save and stop."""

import contextlib
import copy
from pathlib import Path

import paddle
from paddleseg.utils.ema import init_ema_params, update_ema_model
from paddleseg.utils.utils import convert_sync_batchnorm

from ...errors import UsageError
from ...files import usable_folder, writing
from ...network_cost import count_parameters
from ..checkpoints.checkpoint import (
    find_checkpoint,
    load_checkpoint,
    remove_old,
    save_checkpoint,
    settle_run,
)
from ..checkpoints.lock import sole_run
from ..config.class_names import class_names
from ..data.loading import training_loader
from ..device import join_processes, rank, world_size
from ..progress import Averages, Curve, RunDisplay
from .interruptions import disk_failures, interrupt_flag
from .not_finite import batch_files, first_not_finite, stop_run
from .record import RunRecord, set_aside
from .settings import Settings
from .start_check import check_labels, check_schedule, check_settings
from .step import NotFinite, Step, compiled
from .validation import enter_scores, refuse_to_go_on, score_models, stops_early

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
        check_settings(settings, self.config, self.first)
        join_processes()
        paddle.seed(settings.seed)
        self.model = convert_sync_batchnorm(components.need("model"), settings.device)
        self.train_dataset = components.need("train_dataset")
        self.val_dataset = components.need("val_dataset") if settings.do_eval else None
        names = class_names(self.config, self.val_dataset) if settings.do_eval else None
        self.class_names = names
        self.optimizer = components.need("optimizer")
        self.losses = components.need("loss")
        self.ema_model = None
        if settings.use_ema:
            self.ema_model = copy.deepcopy(self.model)
            self.ema_model.eval()
            init_ema_params(self.ema_model, self.model)
        self.progress = {"iteration": 0, "best": None, "ema_best": None}
        self.record = self.curve = None

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
        notes = [check_schedule(self.config, self.optimizer, start)]
        if start == 0:
            notes.append(check_labels(self.config, self.train_dataset))
        title = f"train {self.save_dir.name}"
        display = RunDisplay(title, self.iters, start, quiet=not self.first)
        with interrupt_flag() as interrupted, display:
            self._iterate(start, notes, display, interrupted)
        if self.curve:
            self.curve.close()
        return self.progress.get("scores", {})

    def _iterate(self, start, notes, display, interrupted):
        """The loop: update, log, evaluate, save."""
        step, averages = self._step(), Averages()
        for iteration, batch in enumerate(self._batches(start), start + 1):
            rate = step.learning_rate
            losses = self._train_on(step, batch, iteration)
            averages.add(losses, batch["waited"])
            self._begin(start)
            self.record.note([*notes, *step.take_notes()], display.line)
            notes = []
            if batch.get("skipped"):
                counts = self.progress.get("skipped_samples", {})
                counts = self.record.skipped(batch["skipped"], counts, display.line)
                self.progress["skipped_samples"] = counts
            if self.ema_model is not None:
                update_ema_model(self.ema_model, self.model, step=iteration)
            self.progress["iteration"] = iteration
            display.advance(note=f"loss {averages.last:.4f}")
            at_end = iteration == self.iters
            if at_end or iteration % self.settings.log_iters == 0:
                line = averages.take()
                if self.curve:
                    scalars = {"Train/loss": line["loss"], "Train/lr": rate}
                    self.curve.add(iteration, scalars, learning_rate=rate, **line)
                    display.report(f"loss {line['loss']:.4f}  lr {rate:.2e}")
            saving = at_end or iteration % self.settings.save_interval == 0
            if saving or interrupted():
                self._check_state(rate, losses)
            if saving and self.val_dataset is not None:
                self._evaluate(display)
            if saving or interrupted():
                self._save()
            ended = saving and stops_early(self.progress, self.settings.patience)
            if ended and not at_end:
                self.record.add(stopped_early=ended)
                display.line(ended)
                return
            if interrupted() and not at_end:
                raise KeyboardInterrupt(
                    f"stopped by Ctrl-C after iteration {iteration}; continue with "
                    f"--resume_model {self.save_dir / f'iter_{iteration}'}"
                )

    def _batches(self, start):
        return training_loader(
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

    def _resume(self):
        resume = self.settings.resume_model
        if not resume:
            return 0
        folder = find_checkpoint(self.save_dir) if resume == "auto" else Path(resume)
        if folder is None:
            return 0
        saved = load_checkpoint(folder, self.model, self.optimizer, self.ema_model)
        self.progress.update(saved)
        refuse_to_go_on(self.progress, self.settings.patience, folder)
        if saved["iteration"] >= self.iters:
            raise UsageError(
                f"checkpoint {str(folder)!r} has already done {saved['iteration']} of "
                f"{self.iters} iterations; raise --iters to train on"
            )
        return saved["iteration"]

    def _step(self):
        s, model, optimizer = self.settings, self.model, self.optimizer
        if s.precision == "fp16" and s.amp_level == "O2":
            model, optimizer = paddle.amp.decorate(
                models=model, optimizers=optimizer, level="O2", save_dtype="float32"
            )
            self.model, self.optimizer = model, optimizer
        forward = compiled(model, self.config)
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
            config=self.config,
        )

    def _train_on(self, step, batch, iteration):
        """One update; its losses."""
        self.model.train()
        # Dropout and the like follow from (seed, iteration), resumed or not.
        seed = _mix(self.settings.seed, iteration, rank())
        paddle.seed(seed)
        try:
            return step(batch)
        except NotFinite as error:
            paddle.seed(seed)
            first = step.find_first(batch, error.first)
            self._begin(iteration - 1)
            self._stop("before", iteration, step.learning_rate, error.losses, first)

    def _check_state(self, rate, losses):
        """Nothing that is not finite is ever scored or saved."""
        first = first_not_finite(self.model, self.optimizer)
        if first is None and self.ema_model is not None:
            first = first_not_finite(self.ema_model, what="the averaged")
        if first:
            self._stop("after", self.progress["iteration"], rate, losses, first)

    def _stop(self, when, iteration, rate, losses, first):
        s, size = self.settings, self.config.batch_size
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

    def _evaluate(self, display):
        """Score the models, and remember the best."""
        models = {"last": self.model}
        if self.ema_model is not None:
            models["ema_last"] = self.ema_model
        dataset = self.val_dataset
        enter_scores(
            score_models(models, dataset, self.settings, self.config, display),
            models,
            self.class_names,
            progress=self.progress,
            save_dir=self.save_dir,
            display=display,
            curve=self.curve,
        )

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

    def _begin(self, start):
        """Set an earlier run aside and open the record, once the first batch has shown
        that there is something to train: a refused run leaves nothing behind."""
        if self.record is not None:
            return
        if not self.first:
            self.record = RunRecord(None)
            return
        if start == 0:
            set_aside(self.save_dir)
        path = self.save_dir / "curve.jsonl"
        self.curve = Curve(path, start, self.settings.use_vdl)
        with writing(self.save_dir / "config.yml") as file:
            file.write(str(self.config))
        self.record = RunRecord(
            self.save_dir / "run.json",
            config_file=self.config.path,
            settings=vars(self.settings),
            seed=self.settings.seed,
            resumed_at=start,
            processes=world_size(),
            trainable_parameters=count_parameters(self.model),
            skipped_samples=self.progress.get("skipped_samples", {}),
        )


def _mix(*numbers):
    """One seed from several numbers, far apart for neighbouring ones."""
    mixed = 0
    for number in numbers:
        mixed = (mixed * 1_000_003 + number) % (2**31 - 1)
    return mixed
