//! A folder with everything that `trunkline serve` needs: configuration, tenant, flows, audio.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};

/// Where callers are: the trunk's only address.
pub const CALLERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Where agents' phones are.
pub const PHONES: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

/// An address that nobody knows.
pub const STRANGERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// The user of the first phone.
pub const FIRST_PHONE: u64 = 1_001;

/// The password of all phones.
pub const PASSWORD: &str = "bench-of-phones";

/// Why agents may be Idle.
pub const IDLE_CODES: [&str; 3] = ["lunch", "training", "paperwork"];

/// A flow of the bench with the number that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Three dips, then the server hangs up.
    Dips,
    /// Waits in a queue that nobody serves.
    Music,
    /// Plays an audio file, then the server hangs up.
    Greeting,
    /// Waits in a queue until an agent answers.
    Bridge,
    /// A prompt, three dips, the queue, an agent, a comment after the call.
    Whole,
    /// Three dips, the queue, an agent who writes a note, a comment with it.
    Notes,
}

const FLOWS: [(Flow, &str, &str, &str); 6] = [
    (Flow::Dips, "dips", "+12025550101", include_str!("../flows/dips.json")),
    (Flow::Music, "music", "+12025550102", include_str!("../flows/music.json")),
    (Flow::Greeting, "greeting", "+12025550103", include_str!("../flows/greeting.json")),
    (Flow::Bridge, "bridge", "+12025550104", include_str!("../flows/bridge.json")),
    (Flow::Whole, "whole", "+12025550105", include_str!("../flows/whole.json")),
    (Flow::Notes, "notes", "+12025550106", include_str!("../flows/notes.json")),
];

impl Flow {
    /// The number that leads to it.
    pub fn number(self) -> &'static str {
        let found = FLOWS.iter().find(|(flow, ..)| *flow == self);
        found.map_or("", |(_, _, number, _)| number)
    }
}

/// What the folder is for.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Where the server receives SIP.
    pub sip: SocketAddrV4,
    /// Where it serves health and metrics.
    pub http: SocketAddrV4,
    /// Where it serves pages, if it does.
    pub pages: Option<SocketAddrV4>,
    /// The stand-in for Salesforce.
    pub crm: SocketAddrV4,
    /// How many agents with phones there are.
    pub agents: usize,
    /// The most calls at once.
    pub most_calls: usize,
}

impl Site {
    /// Writes the folder anew; what a server kept there is gone. Gives the configuration's path.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(folder)?,
        }
        for (_, name, _, text) in FLOWS {
            fs::write(folder.join(format!("{name}.json")), text)?;
        }
        fs::write(folder.join("bench-greeting.wav"), tone(1))?;
        fs::write(folder.join("bench-prompt.wav"), tone(2))?;
        fs::write(folder.join("password"), PASSWORD)?;
        fs::write(folder.join("crm-secret"), "sandbox")?;
        fs::write(folder.join("tenant.yaml"), self.tenant())?;
        let path = folder.join("trunkline.toml");
        fs::write(&path, self.configuration())?;
        Ok(path)
    }

    fn tenant(&self) -> String {
        let mut text = format!(
            "name: Bench\ntime_zone: Etc/UTC\n\
             connectors:\n\
             - id: bench-crm\n  name: Bench CRM\n  kind: salesforce\n  base_url: http://{}\n  \
             auth:\n    type: client_credentials\n    token_url: /services/oauth2/token\n    \
             client_id: trunkline\n    client_secret: {{file: crm-secret}}\n  writes: allow\n\
             queues:\n\
             - id: bench-queue\n  name: Bench queue\n  groups: [{{teams: [Bench team]}}]\n  \
             music: defaultmusic_on_hold.wav\n\
             - id: empty-queue\n  name: Empty queue\n  groups: [{{teams: [Nobody]}}]\n  \
             music: defaultmusic_on_hold.wav\n\
             teams:\n- {{id: team, name: Bench team}}\n- {{id: nobody, name: Nobody}}\n\
             audio:\n\
             - {{name: bench-greeting.wav, file: bench-greeting.wav}}\n\
             - {{name: bench-prompt.wav, file: bench-prompt.wav}}\n\
             - {{name: defaultmusic_on_hold.wav}}\n\
             routing:\n  ring_timeout_s: 12\n  auto_wrap_up_s: {}\nflows:\n",
            self.crm,
            // Agents at desktops say themselves when they have done.
            if self.pages.is_some() { 30 } else { 1 }
        );
        for (_, name, ..) in FLOWS {
            let _ = writeln!(text, "- {{file: {name}.json}}");
        }
        text += "entry_points:\n";
        for (_, name, number, _) in FLOWS {
            let _ = writeln!(
                text,
                "- {{id: {name}, name: {name}, dnis: [\"{number}\"], flow: Bench {name}}}"
            );
        }
        text += "idle_codes:\n";
        for code in IDLE_CODES {
            let _ = writeln!(text, "- {{id: {code}, name: {code}}}");
        }
        if self.agents > 0 {
            text += "agents:\n";
        }
        for agent in FIRST_PHONE..FIRST_PHONE + self.agents as u64 {
            let _ = writeln!(
                text,
                "- {{id: agent-{agent}, name: Agent {agent}, email: {agent}@bench.example, \
                 teams: [Bench team], phone: \"{agent}\"}}"
            );
        }
        text
    }

    fn configuration(&self) -> String {
        let Self { sip, http, most_calls, .. } = self;
        let mut text = format!(
            "tenant = \"tenant.yaml\"\ndata_dir = \"data\"\n\n\
             [sip]\nlisten = [\"{sip}\"]\nmax_calls = {most_calls}\n\n\
             [sip.rate]\nper_second = 100000\nburst = 1000000\ntrunk_per_second = 100000\n\n\
             [rtp]\naddress = \"127.0.0.1\"\nports = \"20000-31999\"\nthreads = 1\n\n\
             [http]\nlisten = \"{http}\"\n\n[log]\nlevel = \"info\"\n\n\
             [[trunk]]\nname = \"bench\"\nnetworks = [\"{CALLERS}/32\"]\n\n\
             [phones]\nnetworks = [\"{PHONES}/32\"]\n"
        );
        if let Some(pages) = self.pages {
            let _ = write!(text, "\n[web]\nlisten = \"{pages}\"\n");
        }
        for agent in FIRST_PHONE..FIRST_PHONE + self.agents as u64 {
            let _ = write!(
                text,
                "\n[[phone]]\nuser = \"{agent}\"\npassword = {{ file = \"password\" }}\n"
            );
        }
        text
    }
}

/// A WAV file as Webex takes it: mono, 8 kHz, mu-law; so many seconds of 500 Hz.
fn tone(seconds: u32) -> Vec<u8> {
    let samples = crate::rtp::sound(true)[12..].repeat(seconds as usize * 50);
    let length = samples.len() as u32;
    let mut wav = Vec::with_capacity(samples.len() + 58);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(50 + length).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&18_u32.to_le_bytes());
    // Mu-law, one channel.
    wav.extend_from_slice(&[7, 0, 1, 0]);
    wav.extend_from_slice(&8_000_u32.to_le_bytes());
    wav.extend_from_slice(&8_000_u32.to_le_bytes());
    // One byte a sample, eight bits, nothing more.
    wav.extend_from_slice(&[1, 0, 8, 0, 0, 0]);
    wav.extend_from_slice(b"fact");
    wav.extend_from_slice(&4_u32.to_le_bytes());
    wav.extend_from_slice(&length.to_le_bytes());
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&length.to_le_bytes());
    wav.extend_from_slice(&samples);
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_sound_is_8000_bytes_after_the_head() {
        let wav = tone(1);
        assert_eq!(wav.len(), 8_058);
        assert_eq!(u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize, wav.len() - 8);
    }
}
