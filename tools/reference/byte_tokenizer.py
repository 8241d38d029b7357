"""CLIP's byte-pair tokenizer cut down to a byte alphabet and a few merges, for plain lower-case ASCII words."""
from __future__ import annotations

MERGES = (("p", "h"), ("o", "t"), ("ph", "ot"), ("phot", "o</w>"), ("o", "f</w>"), ("a", "t</w>"), ("c", "at</w>"),
          ("s", "k"), ("sk", "y</w>"))


class ByteTokenizer:
    """Ids as OpenAI counts them: 256 bytes, the same at a word's end, the merges, start, end."""

    def __init__(self, merges=MERGES):
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.start, self.end, self.vocab = 512 + len(merges), 513 + len(merges), 514 + len(merges)

    def merges_file(self) -> str:
        """The text of a merges.txt."""
        return "\n".join(["#version: 0.2"] + [" ".join(pair) for pair in self.rank]) + "\n"

    def id_of(self, symbol: str) -> int:
        last = symbol.endswith("</w>")
        text = symbol[:-4] if last else symbol
        if len(text) == 1:
            return ord(text) - ord("!") + (256 if last else 0)    # the alphabet begins with the printable bytes
        return 512 + next(i for pair, i in self.rank.items() if pair[0] + pair[1] == symbol)

    def word(self, text: str) -> list[int]:
        """Joins the pair of the lowest rank wherever it stands, until no pair has a rank."""
        symbols = list(text[:-1]) + [text[-1] + "</w>"]
        while True:
            pairs = [pair for pair in zip(symbols, symbols[1:]) if pair in self.rank]
            if not pairs:
                return [self.id_of(s) for s in symbols]
            best, joined = min(pairs, key=self.rank.get), []
            while symbols:
                if tuple(symbols[:2]) == best:
                    joined.append("".join(best))
                    symbols = symbols[2:]
                else:
                    joined.append(symbols.pop(0))
            symbols = joined

    def tokens(self, text: str, context: int) -> list[int]:
        """Start, text, end, zeros up to `context` ids."""
        ids = [self.start] + [i for word in text.split() for i in self.word(word)] + [self.end]
        assert len(ids) <= context, text
        return ids + [0] * (context - len(ids))
