"""The same single convolution as small apps of Gradio and Streamlit, in an environment of their own."""
