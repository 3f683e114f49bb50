"""A Gaussian in Gradio, as its guide would write it, with the photo kept in the app, and with our encoder.

`python gradio_app.py PORT PHOTO`
"""

import sys
import tempfile
from pathlib import Path

import cv2
import gradio as gr
import numpy as np
from gaussian import blur, png

port, photo = int(sys.argv[1]), sys.argv[2]
kept = cv2.cvtColor(cv2.imread(photo), cv2.COLOR_BGR2RGB)
folder = Path(tempfile.mkdtemp())


def given(image: np.ndarray, sigma: float) -> np.ndarray:
    """The photo comes with every call."""
    return blur(image, sigma)


def of_kept(sigma: float) -> np.ndarray:
    """The photo stays decoded in the app."""
    return blur(kept, sigma)


def encoded(sigma: float) -> str:
    """The photo stays, and our encoder writes the file that Gradio serves."""
    path = folder / f"{sigma}.png"
    path.write_bytes(png(blur(kept, sigma)))
    return str(path)


with gr.Blocks() as app:
    image = gr.Image(value=kept, type="numpy")
    slider = gr.Slider(0.5, 5, value=1, step=0.01, label="sigma")
    shown = gr.Image()
    slider.input(given, [image, slider], shown, api_name="given", show_progress="hidden")
    gr.Button("kept").click(of_kept, slider, shown, api_name="kept")
    gr.Button("encoded").click(encoded, slider, shown, api_name="encoded")

app.launch(server_name="127.0.0.1", server_port=port, quiet=True, allowed_paths=[str(folder)])
