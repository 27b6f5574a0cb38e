# The app in a container. Written by the book, but not built or run by this project's tests.
#
#     docker build -t quartet .
#     docker run --rm --memory 1g -p 8501:8501 quartet

FROM python:3.11-slim

RUN useradd --create-home --uid 1000 quartet
WORKDIR /app
COPY requirements.txt .
# PyTorch's own index has the build without CUDA, which is several GB smaller.
RUN pip install --no-cache-dir \
    --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.txt
COPY . .

USER quartet
ENV STREAMLIT_SERVER_HEADLESS=true
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
