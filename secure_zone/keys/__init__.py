"""Cryptography, all from one library: secrets in memory, passphrases, codes, sealing, signing, the key area."""
