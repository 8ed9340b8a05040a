"""Reading data: files, lists, transforms, samples and batches."""
