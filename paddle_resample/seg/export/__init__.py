"""Programs for Paddle Inference and ONNX."""
