//! New keys taken apart again: what FIPS 186-5 A.1.1 asks of them.

use crypto_bigint::{BoxedUint, Gcd as _, Resize as _};
use der::Decode as _;
use pki_core::key::{KeyAlgorithm, KeyPair};

use crate::support::rng;

#[test]
fn new_keys_are_what_fips_186_5_asks_for() {
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096] {
        let key = KeyPair::generate(algorithm, &mut rng(7)).unwrap();
        let pkcs1 = key.secret_pkcs1_der().unwrap();
        let numbers = rsa::pkcs1::RsaPrivateKeyRef::from_der(&pkcs1).unwrap();
        let bits = u32::try_from(algorithm.bits()).unwrap();
        let integer = |octets: &[u8]| BoxedUint::from_be_slice_vartime(octets).resize(2 * bits);
        let [n, p, q, d] = [&numbers.modulus, &numbers.prime1, &numbers.prime2, &numbers.private_exponent]
            .map(|number| integer(number.as_bytes()));
        let (one, e) = (BoxedUint::one().resize(2 * bits), BoxedUint::from(65_537_u32).resize(2 * bits));
        assert_eq!(p.wrapping_mul(&q), n);
        assert_eq!(n.bit_width(), bits);
        // 1 and 2: sqrt(2) * 2^(bits/2 - 1) <= p, q, which two bits that are set imply.
        for prime in [&p, &q] {
            assert_eq!(prime.bit_width(), bits / 2);
            assert!(prime.bit_vartime(bits / 2 - 2));
            assert_eq!(prime.wrapping_sub(&one).gcd(&e), one);
        }
        // 3: |p - q| > 2^(bits/2 - 100).
        let distance = if p > q { p.wrapping_sub(&q) } else { q.wrapping_sub(&p) };
        assert!(distance > one.shl(bits / 2 - 100));
        // 4: 2^(bits/2) < d < LCM(p - 1, q - 1), of which e is the inverse.
        let (p1, q1) = (p.wrapping_sub(&one), q.wrapping_sub(&one));
        let lcm = p1.wrapping_mul(&q1).wrapping_div(&p1.gcd(&q1).to_nz().unwrap());
        assert!(d > one.shl(bits / 2) && d < lcm);
        assert_eq!(d.wrapping_mul(&e).rem_vartime(&lcm.to_nz().unwrap()), one);
    }
}
