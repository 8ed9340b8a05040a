"""Repairs of how PaddleSeg reads weights, lists and images."""

from .rewrite import Edit, Repair, Replacement

__all__ = ["OURS", "READ", "READING"]

# A name that PaddleSeg's modules do not have, and the module it stands for.
OURS = {"resample_weights": "paddle_resample.seg.checkpoints.weights"}
_DATA = "paddle_resample.seg.data."
READ = "resample_weights.read_state("


def _dataset(
    self,
    mode,
    dataset_root,
    transforms,
    num_classes,
    img_channels=3,
    train_path=None,
    val_path=None,
    test_path=None,
    separator=" ",
    ignore_index=255,
    edge=False,
):
    from paddle_resample.seg.data.file_dataset import set_up

    paths = {"train": train_path, "val": val_path, "test": test_path}
    options = (num_classes, img_channels, paths, separator, ignore_index, edge)
    set_up(self, mode, dataset_root, transforms, *options)


def _dataset_item(self, idx):
    from paddle_resample.seg.data.file_dataset import read_sample

    return read_sample(self, idx)


READING = (
    Repair(
        "file_lists",
        "Dataset refuses an empty line, two spaces or a byte order mark without naming "
        "list or line, takes 1 or 3 bands only, and ends on lists without labels.",
        "every PaddleSeg",
        (
            Replacement(
                "paddleseg.datasets.dataset:Dataset.__init__",
                "File list format incorrect",
                _dataset,
            ),
            Replacement(
                "paddleseg.datasets.dataset:Dataset.__getitem__",
                "data['gt_fields'].append('label')",
                _dataset_item,
            ),
        ),
    ),
    Repair(
        "depth_and_bands",
        "Images are cut to 8 bits and to 1 or 3 bands when they are read, labels of 1 "
        "bit stay truth values, and transforms cut both once more.",
        "every PaddleSeg",
        (
            Edit(
                "paddleseg.transforms.transforms:Compose.__call__",
                {
                    "data['img'] = cv2.imread(data['img'], self.read_flag).astype("
                    "'float32')": "data['img'] = resample_images.read_image("
                    "data['img'], self.img_channels)",
                    "np.asarray(Image.open(data['label']))": "resample_images."
                    "read_label(data['label'])",
                    "for op in self.transforms: data = op(data)": "data = "
                    "resample_transforms.apply_transforms(self.transforms, data)",
                },
                {
                    "resample_images": _DATA + "image_file",
                    "resample_transforms": _DATA + "transforms",
                },
            ),
            Edit(
                "paddleseg.transforms.transforms:RandomAffine.__call__",
                {
                    "np.uint8(data['img'])": "resample_transforms.to_eight_bits(data)",
                    "np.uint8(data[key])": "data[key]",
                },
                {"resample_transforms": _DATA + "transforms"},
            ),
        ),
    ),
    Repair(
        "weights_run_nothing",
        "`pretrained` weights are read by paddle.load, an unpickler that runs whatever "
        "the file says; and where none of them fits, training starts from nothing.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                "paddleseg.utils.utils:load_pretrained_model",
                {
                    "paddle.load(": READ,
                    "model.set_dict(model_state_dict)": "resample_weights."
                    "refuse_misfit(model, para_state_dict, pretrained_model)\n"
                    "            model.set_dict(model_state_dict)",
                },
                OURS,
            ),
            Edit("paddleseg.utils.utils:resume", {"paddle.load(": READ}, OURS),
        ),
    ),
)
