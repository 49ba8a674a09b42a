"""Pure text: words, names, time expressions and cues, in English and Chinese."""
