//! The far side of the bare RTP floors: many sockets that answer with a stream of their own as soon
//! as they hear something, and measure what comes in.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};

use clap::Parser;
use trunkline_bench_telephony::clock::{MS, SECOND, now_ns};
use trunkline_bench_telephony::net::{Inbox, Poller, open};
use trunkline_bench_telephony::rtp::{PACKET, Stream, Tally, sound};

#[derive(Parser)]
#[command(about = "The far side of the bare RTP floors")]
struct Arguments {
    /// The first port; the others follow in steps of two.
    #[arg(long, default_value_t = 14_000)]
    port: u16,
    /// How many streams.
    #[arg(long)]
    streams: u16,
    /// For how long, in seconds.
    #[arg(long)]
    seconds: u64,
    /// For how long nothing is counted, in seconds.
    #[arg(long, default_value_t = 3)]
    warm: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let (mut poller, mut inbox, mut streams) = (Poller::new()?, Inbox::default(), Vec::new());
    for number in 0..arguments.streams {
        let local = SocketAddrV4::new(Ipv4Addr::LOCALHOST, arguments.port + 2 * number);
        let socket = open(local, 64 << 10)?;
        poller.watch(&socket, u64::from(number))?;
        streams.push(Stream::new(socket, local, u32::from(number)));
    }
    let began = now_ns();
    let mut tick = began / MS;
    let mut packet: [u8; PACKET] = sound(true);
    while now_ns() < began + arguments.seconds * SECOND {
        let counting = now_ns() > began + arguments.warm * SECOND;
        let now = now_ns() / MS;
        while tick < now {
            tick += 1;
            for stream in (tick as usize % 20..streams.len()).step_by(20) {
                streams[stream].send(&mut packet, false, counting);
            }
        }
        poller.wait(1);
        for place in 0..poller.count() {
            let stream = &mut streams[poller.ready(place) as usize];
            while let Some(got) = inbox.take(&stream.socket) {
                // Whoever speaks first is the far side.
                stream.far.get_or_insert(got.from);
                stream.take(inbox.bytes(got), got.from, got.at_ns, counting);
            }
        }
    }
    let mut tally = Tally::default();
    streams.iter().for_each(|stream| tally.add(&stream.tally));
    println!("{}", serde_json::to_string(&tally)?);
    Ok(())
}
