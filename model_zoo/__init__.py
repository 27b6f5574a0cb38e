"""Quartet's library: LSTM, BiLSTM, BERT and DistilBERT that read the same sentence."""
