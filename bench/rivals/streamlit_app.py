"""A Gaussian in Streamlit, the photo kept decoded. `streamlit run streamlit_app.py -- PHOTO`"""

import sys

import cv2
import numpy as np
import streamlit as st
from gaussian import blur


@st.cache_resource
def read(path: str) -> np.ndarray:
    """The photo, (H, W, 3)."""
    return cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)


sigma = st.slider("sigma", 0.5, 5.0, 1.0, 0.01)
st.image(blur(read(sys.argv[1]), sigma))
