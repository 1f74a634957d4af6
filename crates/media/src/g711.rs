//! G.711: mu-law and A-law by tables, and the conversion between the two.
//!
//! Linear samples have 16 bits. The quantisers are those of ITU-T G.711 tables 1 and 2 in the exact
//! form of ITU-T G.191: a sample that lies right on a decision value goes to the interval above it
//! in the positive half, and to the one nearer to zero in the negative half. The conversion follows
//! G.711 tables 3 and 4: equal levels, not equal numbers.

/// A companding law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// mu-law: North America and Japan.
    Mu,
    /// A-law: the rest of the world.
    A,
}

impl Law {
    /// The byte that stands for the value zero.
    pub fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    /// Encodes one sample.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => mu_law_encode(sample),
            Self::A => a_law_encode(sample),
        }
    }

    /// Decodes one byte.
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => mu_law_decode(byte),
            Self::A => a_law_decode(byte),
        }
    }
}

/// The sign bit; in both laws it is set for positive samples.
const POSITIVE: u8 = 0x80;

/// A-law inverts every other bit (G.711 table 1, note 2).
const EVEN_BITS: u8 = 0x55;

/// What an A-law value is, in ten-thousandths of the mu-law value for the same level: the
/// sinusoid that just loads mu-law has 3.17 dBm0 at 8,159 of 8,192, A-law's has 3.14 dBm0 at 4,096.
const A_PER_MU: u32 = 10_075;

// Indexed by the sample's upper 14 and 12 bits; the lower ones never decide.
static MU_ENCODE: [u8; 1 << 14] = mu_encode_table();
static A_ENCODE: [u8; 1 << 12] = a_encode_table();
static MU_DECODE: [i16; 256] = mu_decode_table();
static A_DECODE: [i16; 256] = a_decode_table();
static MU_TO_A: [u8; 256] = mu_to_a_table();
static A_TO_MU: [u8; 256] = a_to_mu_table();

/// Encodes a sample by mu-law.
#[inline]
pub fn mu_law_encode(sample: i16) -> u8 {
    MU_ENCODE[usize::from(sample.cast_unsigned() >> 2)]
}

/// Encodes a sample by A-law.
#[inline]
pub fn a_law_encode(sample: i16) -> u8 {
    A_ENCODE[usize::from(sample.cast_unsigned() >> 4)]
}

/// Decodes a byte of mu-law; from -32,124 to 32,124.
#[inline]
pub fn mu_law_decode(byte: u8) -> i16 {
    MU_DECODE[usize::from(byte)]
}

/// Decodes a byte of A-law; from -32,256 to 32,256.
#[inline]
pub fn a_law_decode(byte: u8) -> i16 {
    A_DECODE[usize::from(byte)]
}

/// Encodes as many samples as fit into `out`.
pub fn encode(law: Law, samples: &[i16], out: &mut [u8]) {
    let pairs = out.iter_mut().zip(samples);
    match law {
        Law::Mu => pairs.for_each(|(byte, sample)| *byte = mu_law_encode(*sample)),
        Law::A => pairs.for_each(|(byte, sample)| *byte = a_law_encode(*sample)),
    }
}

/// Decodes as many bytes as fit into `out`.
pub fn decode(law: Law, bytes: &[u8], out: &mut [i16]) {
    let pairs = out.iter_mut().zip(bytes);
    match law {
        Law::Mu => pairs.for_each(|(sample, byte)| *sample = mu_law_decode(*byte)),
        Law::A => pairs.for_each(|(sample, byte)| *sample = a_law_decode(*byte)),
    }
}

/// Converts bytes of one law to the other in place (G.711 tables 3 and 4).
pub fn transcode(from: Law, to: Law, bytes: &mut [u8]) {
    let table = match (from, to) {
        (Law::Mu, Law::A) => &MU_TO_A,
        (Law::A, Law::Mu) => &A_TO_MU,
        (Law::Mu, Law::Mu) | (Law::A, Law::A) => return,
    };
    for byte in bytes {
        *byte = table[usize::from(*byte)];
    }
}

/// Number of the interval (0 to 127) of a mu-law magnitude of 13 bits.
const fn mu_interval(magnitude: u16) -> u8 {
    let biased = magnitude + 33;
    if biased > 0x1FFF {
        return 127;
    }
    let segment = 10 - biased.leading_zeros();
    let step = (biased >> (segment + 1)) & 15;
    (segment * 16) as u8 + step as u8
}

/// Number of the interval (0 to 127) of an A-law magnitude of 11 bits.
const fn a_interval(magnitude: u16) -> u8 {
    if magnitude < 32 {
        return magnitude as u8;
    }
    let segment = 12 - magnitude.leading_zeros();
    let step = (magnitude >> (segment - 1)) & 15;
    (segment * 16) as u8 + step as u8
}

/// The magnitude of 16 bits that a mu-law interval is decoded to.
const fn mu_value(interval: u8) -> i16 {
    let (segment, step) = (interval >> 4, (interval & 15) as i16);
    ((2 * step + 33) << (segment + 2)) - 132
}

/// The magnitude of 16 bits that an A-law interval is decoded to.
const fn a_value(interval: u8) -> i16 {
    let (segment, step) = (interval >> 4, (interval & 15) as i16);
    if segment == 0 { 16 * step + 8 } else { (16 * step + 264) << (segment - 1) }
}

const fn mu_code(is_negative: bool, interval: u8) -> u8 {
    if is_negative { 127 - interval } else { 255 - interval }
}

const fn a_code(is_negative: bool, interval: u8) -> u8 {
    (if is_negative { interval } else { interval | POSITIVE }) ^ EVEN_BITS
}

const fn mu_encode_table() -> [u8; 1 << 14] {
    let mut table = [0; 1 << 14];
    let mut magnitude = 0;
    while magnitude < 1 << 13 {
        let interval = mu_interval(magnitude);
        table[magnitude as usize] = mu_code(false, interval);
        // The one's complement: its negative half mirrors the positive one.
        table[(1 << 14) - 1 - magnitude as usize] = mu_code(true, interval);
        magnitude += 1;
    }
    table
}

const fn a_encode_table() -> [u8; 1 << 12] {
    let mut table = [0; 1 << 12];
    let mut magnitude = 0;
    while magnitude < 1 << 11 {
        let interval = a_interval(magnitude);
        table[magnitude as usize] = a_code(false, interval);
        table[(1 << 12) - 1 - magnitude as usize] = a_code(true, interval);
        magnitude += 1;
    }
    table
}

const fn mu_decode_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut interval = 0;
    while interval < 128 {
        table[mu_code(false, interval) as usize] = mu_value(interval);
        table[mu_code(true, interval) as usize] = -mu_value(interval);
        interval += 1;
    }
    table
}

const fn a_decode_table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut interval = 0;
    while interval < 128 {
        table[a_code(false, interval) as usize] = a_value(interval);
        table[a_code(true, interval) as usize] = -a_value(interval);
        interval += 1;
    }
    table
}

const fn mu_to_a_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut interval = 0;
    while interval < 128 {
        let level = mu_value(interval) as u32 * A_PER_MU / 10_000 / 16;
        // The one entry that departs from the rule: mu-law 80 stands for A-law 79 and 80 alike.
        let other = if interval == 80 { 79 } else { a_interval(level as u16) };
        table[mu_code(false, interval) as usize] = a_code(false, other);
        table[mu_code(true, interval) as usize] = a_code(true, other);
        interval += 1;
    }
    table
}

const fn a_to_mu_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut interval = 0;
    while interval < 128 {
        let other = mu_interval((a_value(interval) as u32 * 10_000 / A_PER_MU / 4) as u16);
        table[a_code(false, interval) as usize] = mu_code(false, other);
        table[a_code(true, interval) as usize] = mu_code(true, other);
        interval += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The positive decision values of a law, from the ends and steps of its segments in G.711
    /// tables 1a and 2a.
    fn decisions(first: &[i32], segments: &[(i32, i32)]) -> Vec<i32> {
        let mut values = first.to_vec();
        for &(end, step) in segments {
            let start = *values.last().unwrap();
            values.extend((1..).map(|n| start + n * step).take_while(|value| *value <= end));
        }
        values
    }

    fn mu_decisions() -> Vec<i32> {
        let ends = [31, 95, 223, 479, 991, 2_015, 4_063, 8_159];
        decisions(&[0, 1], &std::array::from_fn::<_, 8, _>(|n| (ends[n], 2 << n)))
    }

    fn a_decisions() -> Vec<i32> {
        let segments =
            [(64, 2), (128, 4), (256, 8), (512, 16), (1_024, 32), (2_048, 64), (4_096, 128)];
        decisions(&[0], &segments)
    }

    /// The interval of a magnitude, both times `scale`; on a decision value the sign decides.
    fn interval(decisions: &[i32], scale: i32, sample: i32) -> u8 {
        let is_above = |decision: &&i32| {
            let bound = **decision * scale;
            if sample < 0 { -sample > bound } else { sample >= bound }
        };
        let above = decisions[..128].iter().filter(is_above).count();
        above.max(1) as u8 - 1
    }

    #[test]
    fn all_samples_are_encoded_as_the_tables_say() {
        let (mu, a) = (mu_decisions(), a_decisions());
        assert_eq!((mu.len(), a.len()), (129, 129));
        for sample in i16::MIN..=i16::MAX {
            let n = interval(&mu, 4, sample.into());
            let wanted = if sample < 0 { 0x7F ^ n } else { 0xFF ^ n };
            assert_eq!(mu_law_encode(sample), wanted, "mu-law of {sample}");
            let n = interval(&a, 8, sample.into());
            let wanted = if sample < 0 { 0x55 ^ n } else { 0xD5 ^ n };
            assert_eq!(a_law_encode(sample), wanted, "A-law of {sample}");
        }
    }

    #[test]
    fn all_bytes_are_decoded_to_the_middle() {
        let (mu, a) = (mu_decisions(), a_decisions());
        for n in 0..128_u8 {
            let at = usize::from(n);
            // G.711: y0 = 0 and yn = (x[n] + x[n+1]) / 2.
            let wanted = if n == 0 { 0 } else { (mu[at] + mu[at + 1]) * 2 };
            assert_eq!(i32::from(mu_law_decode(0xFF ^ n)), wanted);
            assert_eq!(i32::from(mu_law_decode(0x7F ^ n)), -wanted);
            let wanted = (a[at] + a[at + 1]) * 4;
            assert_eq!(i32::from(a_law_decode(0xD5 ^ n)), wanted);
            assert_eq!(i32::from(a_law_decode(0x55 ^ n)), -wanted);
        }
        assert_eq!((mu_law_decode(0x80), a_law_decode(0xAA)), (32_124, 32_256));
    }

    #[test]
    fn decoding_is_undone_by_encoding() {
        for byte in 0..=255 {
            assert_eq!(a_law_encode(a_law_decode(byte)), byte);
            // mu-law has two zeros.
            let wanted = if byte == 0x7F { 0xFF } else { byte };
            assert_eq!(mu_law_encode(mu_law_decode(byte)), wanted);
        }
    }

    fn join(runs: &[std::ops::RangeInclusive<u8>]) -> Vec<u8> {
        runs.iter().cloned().flatten().collect()
    }

    /// G.711 tables 3 and 4, by decoder value number counted from zero.
    #[test]
    fn conversion_follows_the_tables() {
        let pairs: Vec<u8> = (0..8).flat_map(|n| [n, n]).collect();
        let rest = [8..=24, 26..=26, 28..=28, 30..=30, 32..=43, 45..=45, 47..=61, 63..=79];
        let to_a = [pairs, join(&rest), join(&[81..=127])].concat();
        let odd: Vec<u8> = (0..8).map(|n| 2 * n + 1).collect();
        let doubles: Vec<u8> = (32..36).flat_map(|n| [n, n]).collect();
        let rest = [36..=47, 48..=48, 48..=48, 49..=49, 49..=63, 64..=64, 64..=79, 80..=80];
        let to_mu = [odd, join(&[16..=31]), doubles, join(&rest), join(&[80..=127])].concat();
        assert_eq!((to_a.len(), to_mu.len()), (128, 128));
        for n in 0..128_u8 {
            let mut bytes = [0xFF ^ n, 0x7F ^ n];
            transcode(Law::Mu, Law::A, &mut bytes);
            let wanted = to_a[usize::from(n)];
            assert_eq!(bytes, [0xD5 ^ wanted, 0x55 ^ wanted], "mu-law {n}");
            let mut bytes = [0xD5 ^ n, 0x55 ^ n];
            transcode(Law::A, Law::Mu, &mut bytes);
            let wanted = to_mu[usize::from(n)];
            assert_eq!(bytes, [0xFF ^ wanted, 0x7F ^ wanted], "A-law {n}");
        }
    }

    #[test]
    fn conversion_keeps_the_sound() {
        for byte in 0..=255 {
            for (from, to) in [(Law::Mu, Law::A), (Law::A, Law::Mu)] {
                let mut converted = [byte];
                transcode(from, to, &mut converted);
                let (before, after) = (from.decode(byte), to.decode(converted[0]));
                let error = (i32::from(before) - i32::from(after)).abs();
                assert!(error <= 16 + i32::from(before).abs() / 16, "{before} {after}");
            }
        }
    }
}
