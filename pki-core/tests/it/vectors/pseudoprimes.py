"""Composite numbers of 1024, 1536 and 2048 bits that pass Fermat's test with base 2: of each size p(2p-1), where p is a prime
and 1 modulo 4, and of the two smaller ones a Carmichael number (6k+1)(12k+1)(18k+1). It takes minutes.

usage: python3 pseudoprimes.py > pseudoprimes.txt
"""

import math
import random

generator = random.Random(2026)
small = [n for n in range(3, 20_000, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2))]


def is_prime(n):
    return all(n % p for p in small) and pow(2, n - 1, n) == 1 and pow(3, n - 1, n) == 1


def root(n, degree):
    low, high = 0, 1 << (n.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**degree < n else (low, middle)
    return low


def pseudoprime(bits, coefficient, degree, factors):
    lowest = root((3 << (bits - 2)) // coefficient, degree) + 1
    highest = root((1 << bits) // coefficient, degree) - 1
    while True:
        numbers = factors(generator.randrange(lowest, highest))
        if all(map(is_prime, numbers)):
            return math.prod(numbers)


for bits in (1024, 1536, 2048):
    # 2 is a square modulo 2p - 1 if that is 1 modulo 8.
    print("%x" % pseudoprime(bits, 2, 2, lambda p: (p & ~3 | 1, 2 * (p & ~3 | 1) - 1)))
for bits in (1024, 1536):
    print("%x" % pseudoprime(bits, 1296, 3, lambda k: (6 * k + 1, 12 * k + 1, 18 * k + 1)))
