"""Any number of labels for each text: all whose score reaches their threshold."""
