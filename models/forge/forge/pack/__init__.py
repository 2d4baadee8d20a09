"""Packs: export to ONNX, quantisation, manifest, verification, evaluation."""
