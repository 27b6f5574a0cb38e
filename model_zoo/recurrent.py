"""`import model_zoo.recurrent` registers LSTM and BiLSTM with transformers: model cards say so."""

from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification

__all__ = ["RecurrentConfig", "RecurrentForSequenceClassification"]
