# The app in a container, from the files that requirements.lock names and no others.
#
#     docker build -t quartet .
#     docker run --rm --memory 1g -p 8501:8501 quartet

FROM python:3.11.16-slim-trixie@sha256:e41613d42d4891e4930f79523f93f81bbc7632584ec65e36ab055f41a800b41e

RUN useradd --create-home --uid 1000 quartet
WORKDIR /app
COPY requirements.lock .
# PyTorch's own index has the build without CUDA, which is several GB smaller.
RUN pip install --no-cache-dir --require-hashes \
    --extra-index-url https://download.pytorch.org/whl/cpu -r requirements.lock
COPY . .

USER quartet
ENV STREAMLIT_SERVER_HEADLESS=true STREAMLIT_SERVER_ADDRESS=0.0.0.0
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
