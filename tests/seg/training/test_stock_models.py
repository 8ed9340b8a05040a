"""PaddleSeg's own models train, evaluate and resume with our loop."""

import json

import numpy as np
import pytest
import yaml

from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.trainer import Settings, Trainer

# type of the model -> (its arguments, number of logits in training)
MODELS = {
    "UNet": ({}, 1),
    "BiSeNetV2": ({}, 5),
    "SegFormer": ({"backbone": {"type": "MixVisionTransformer_B0"}}, 1),
    "SFNet": (
        {
            "backbone": {"type": "ResNet18_vd", "output_stride": 8},
            "backbone_indices": [0, 1, 2, 3],
        },
        1,
    ),
    "PPLiteSeg": ({"backbone": {"type": "STDC1"}}, 3),
    "SegNet": ({}, 1),
}
MODELS["SegFormer"][0].update(embedding_dim=32)


def configuration(path, model, options, logits):
    data = {"type": "FineShapes", "size": 64, "num_samples": 4}
    path.write_text(
        yaml.safe_dump(
            {
                "batch_size": 2,
                "iters": 2,
                "train_dataset": {
                    **data,
                    "mode": "train",
                    "transforms": [{"type": "Normalize"}],
                },
                "val_dataset": {
                    **data,
                    "mode": "val",
                    "transforms": [{"type": "Normalize"}],
                },
                "optimizer": {"type": "SGD", "momentum": 0.9},
                "lr_scheduler": {"type": "PolynomialDecay", "learning_rate": 0.001},
                "loss": {
                    "types": [{"type": "CrossEntropyLoss", "ignore_index": 255}],
                    "coef": [1] * logits,
                },
                "model": {"type": model, "num_classes": 12, **options},
            }
        )
    )
    return str(path)


def run(path, folder, **settings):
    components = Components(ResampleConfig(path))
    trainer = Trainer(components, Settings(save_dir=str(folder), **settings))
    trainer.run()
    return trainer


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_trains_evaluates_and_resumes(tmp_path, model):
    path = configuration(tmp_path / "c.yml", model, *MODELS[model])
    common = {"save_interval": 1, "log_iters": 1, "do_eval": True}
    whole = run(path, tmp_path / "whole", **common)
    scores = json.loads((tmp_path / "whole" / "scores.json").read_text())
    assert np.sum(scores["last"]["confusion"]) == 4 * 64 * 64
    lines = [json.loads(x) for x in (tmp_path / "whole" / "curve.jsonl").open()]
    losses = [x["losses"] for x in lines if "losses" in x]
    assert np.isfinite(losses).all() and len(losses[0]) == MODELS[model][1]
    resumed = run(
        path,
        tmp_path / "resumed",
        resume_model=str(tmp_path / "whole" / "iter_1"),
        **common,
    )
    for (key, a), (_, b) in zip(
        whole.model.state_dict().items(), resumed.model.state_dict().items()
    ):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=key)
