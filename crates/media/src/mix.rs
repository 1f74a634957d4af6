//! Mixing: the sum of several speakers, and for each of them the sum of the others.

use crate::{FRAME_SAMPLES, Samples};

/// The sum of one frame from each speaker, wide enough never to overflow.
#[derive(Clone, Debug)]
pub struct Mix {
    sum: [i32; FRAME_SAMPLES],
    speakers: u32,
}

impl Default for Mix {
    fn default() -> Self {
        Self { sum: [0; FRAME_SAMPLES], speakers: 0 }
    }
}

impl Mix {
    /// How many speakers a mix takes: with more the sum might overflow.
    pub const MAX_SPEAKERS: u32 = 65_535;

    /// Adds a speaker's frame; beyond the limit nothing is added.
    pub fn add(&mut self, frame: &Samples) {
        if self.speakers == Self::MAX_SPEAKERS {
            return;
        }
        self.speakers += 1;
        for (sum, sample) in self.sum.iter_mut().zip(frame) {
            *sum += i32::from(*sample);
        }
    }

    /// What somebody hears who only listens. Too loud is clipped.
    pub fn all(&self, out: &mut Samples) {
        for (out, sum) in out.iter_mut().zip(&self.sum) {
            *out = clip(*sum);
        }
    }

    /// What a speaker hears: the others, not the frame that the speaker added.
    pub fn without(&self, own: &Samples, out: &mut Samples) {
        for ((out, sum), own) in out.iter_mut().zip(&self.sum).zip(own) {
            *out = clip(sum - i32::from(*own));
        }
    }
}

fn clip(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hears_the_others() {
        let frames = [[100; FRAME_SAMPLES], [-30; FRAME_SAMPLES], [5; FRAME_SAMPLES]];
        let mut mix = Mix::default();
        frames.iter().for_each(|frame| mix.add(frame));
        let mut out = [0; FRAME_SAMPLES];
        mix.all(&mut out);
        assert_eq!(out, [75; FRAME_SAMPLES]);
        mix.without(&frames[0], &mut out);
        assert_eq!(out, [-25; FRAME_SAMPLES]);
    }

    #[test]
    fn loud_sums_are_clipped_not_wrapped() {
        let mut mix = Mix::default();
        (0..3).for_each(|_| mix.add(&[i16::MIN; FRAME_SAMPLES]));
        let mut out = [0; FRAME_SAMPLES];
        mix.all(&mut out);
        assert_eq!(out, [i16::MIN; FRAME_SAMPLES]);
    }
}
