//! What the least program would need: a bare SIP responder with bare HTTP requests, and bare RTP.
//!
//! Each prints `ready` when it can be measured and runs until it is killed, or for the time given.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use rsipstack::EndpointBuilder;
use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{Dialog, DialogState, DialogStateReceiver, DialogStateSender};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{Method, StatusCode, Uri};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transport::TransportLayer;
use rsipstack::transport::udp::UdpConnection;
use tokio_util::sync::CancellationToken;
use trunkline_bench_telephony::clock::{MS, SECOND, now_ns};
use trunkline_bench_telephony::net::Poller;
use trunkline_bench_telephony::rtp::{PACKET, sound};

#[derive(Parser)]
#[command(about = "What the least program would need")]
struct Arguments {
    #[command(subcommand)]
    floor: Floor,
}

#[derive(Subcommand)]
enum Floor {
    /// Answer each call, send three requests one after another, hang up.
    Sip {
        /// Where SIP is received, over UDP.
        #[arg(long)]
        listen: SocketAddr,
        /// Where the requests go.
        #[arg(long)]
        stub: SocketAddr,
        /// How many requests for each call.
        #[arg(long, default_value_t = 3)]
        dips: u32,
    },
    /// Send and receive packets: a socket for each stream, to 127.0.0.1 from port 14000 on.
    Rtp {
        /// How many streams.
        #[arg(long)]
        streams: u16,
        /// For how long, after two seconds of warming up.
        #[arg(long)]
        seconds: u64,
        /// Pass on between the streams of a pair instead of sending music.
        #[arg(long)]
        bridge: bool,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().floor {
        Floor::Sip { listen, stub, dips } => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(respond(listen, stub, dips))
        }
        Floor::Rtp { streams, seconds, bridge } => {
            let mut floor = RtpFloor::open(streams, bridge)?;
            println!("ready");
            floor.run(seconds);
            Ok(())
        }
    }
}

/// The library's own way to answer calls, with nothing added.
async fn respond(listen: SocketAddr, stub: SocketAddr, dips: u32) -> Result<(), Box<dyn Error>> {
    let stop = CancellationToken::new();
    let layer = TransportLayer::new(stop.clone());
    let udp = UdpConnection::create_connection(listen, None, Some(stop.child_token())).await?;
    layer.add_transport(udp.into());
    let endpoint =
        EndpointBuilder::new().with_cancel_token(stop).with_transport_layer(layer).build();
    let contact = Uri::try_from(format!("sip:floor@{listen}"))?;
    let incoming = endpoint.incoming_transactions()?;
    let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
    let (sender, states) = dialogs.new_dialog_state_channel();
    let crm = Crm { client: reqwest::Client::new(), base: format!("http://{stub}"), dips };
    println!("ready");
    tokio::select! {
        () = endpoint.serve() => {}
        () = take(dialogs.clone(), incoming, sender, contact) => {}
        () = follow(dialogs, states, crm) => {}
    }
    Ok(())
}

async fn take(
    dialogs: Arc<DialogLayer>,
    mut incoming: TransactionReceiver,
    states: DialogStateSender,
    contact: Uri,
) {
    while let Some(mut transaction) = incoming.recv().await {
        if transaction.original.method == Method::Invite {
            let contact = Some(contact.clone());
            let made =
                dialogs.get_or_create_server_invite(&transaction, states.clone(), None, contact);
            let Ok(mut dialog) = made else { continue };
            tokio::spawn(async move { dialog.handle(&mut transaction).await });
        } else if transaction.original.method == Method::Bye {
            let id = DialogId::try_from(&transaction);
            let _ = transaction.reply(StatusCode::OK).await;
            if let Ok(id) = id {
                dialogs.remove_dialog(&id);
            }
        }
    }
}

/// Answers calls, and does their work once the ACK has come.
async fn follow(dialogs: Arc<DialogLayer>, mut states: DialogStateReceiver, crm: Crm) {
    while let Some(state) = states.recv().await {
        match state {
            DialogState::Calling(id) => {
                if let Some(Dialog::Invite(dialog)) = dialogs.get_dialog(&id) {
                    let type_of_body =
                        rsipstack::sip::Header::ContentType("application/sdp".into());
                    let _ = dialog.accept(Some(vec![type_of_body]), Some(SESSION.into()));
                }
            }
            DialogState::Confirmed(id, _) => {
                let (dialogs, crm) = (dialogs.clone(), crm.clone());
                tokio::spawn(async move {
                    crm.dip().await;
                    if let Some(Dialog::Invite(dialog)) = dialogs.get_dialog(&id)
                        && crm.dips > 0
                    {
                        let _ = dialog.bye().await;
                        dialogs.remove_dialog(&id);
                    }
                });
            }
            DialogState::Terminated(id, _) => {
                dialogs.remove_dialog(&id);
            }
            _ => {}
        }
    }
}

const SESSION: &[u8] = b"v=0\r\no=floor 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n\
    t=0 0\r\nm=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

#[derive(Clone)]
struct Crm {
    client: reqwest::Client,
    base: String,
    dips: u32,
}

impl Crm {
    async fn dip(&self) {
        let paths = ["/query?q=SELECT+Id+FROM+Contact", "/sobjects/Account/1", "/query?q=Case"];
        for dip in 0..self.dips {
            let path = paths[dip as usize % paths.len()];
            let url = format!("{}/services/data/v60.0{path}", self.base);
            let request = self.client.get(url).header("Authorization", "Bearer bench");
            if let Ok(answer) = request.send().await {
                let _ = answer.bytes().await;
            }
        }
    }
}

/// How often streams send and what came is read: the fewest wakings that keep packets apart.
const TICK_NS: u64 = 5 * MS;

struct RtpFloor {
    sockets: Vec<UdpSocket>,
    poller: Poller,
    bridge: bool,
    packet: [u8; PACKET],
    sent: u64,
    received: u64,
}

/// The port of a stream's far side.
fn far(stream: usize) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, 14_000 + 2 * stream as u16)
}

impl RtpFloor {
    fn open(streams: u16, bridge: bool) -> std::io::Result<Self> {
        let poller = Poller::new()?;
        let mut sockets = Vec::new();
        for stream in 0..streams {
            let near = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 10_000 + 2 * stream);
            let socket = UdpSocket::bind(near)?;
            socket.set_nonblocking(true)?;
            poller.watch(&socket, u64::from(stream))?;
            sockets.push(socket);
        }
        Ok(Self { sockets, poller, bridge, packet: sound(true), sent: 0, received: 0 })
    }

    fn run(&mut self, seconds: u64) {
        let began = now_ns();
        let end = began + (seconds + 2) * SECOND;
        let mut tick = began / TICK_NS;
        while now_ns() < end {
            // A bridge sends only until the far side knows where to; then packets wake it.
            if self.bridge && now_ns() > began + SECOND {
                self.take(20);
                continue;
            }
            tick += 1;
            let wait_ns = (tick * TICK_NS).saturating_sub(now_ns());
            std::thread::sleep(Duration::from_nanos(wait_ns));
            self.send(tick);
            self.take(0);
        }
        println!("sent {} received {}", self.sent, self.received);
    }

    /// Receives what there is, waiting so many milliseconds for it.
    fn take(&mut self, timeout_ms: u16) {
        self.poller.wait(timeout_ms);
        for place in 0..self.poller.count() {
            self.receive(self.poller.ready(place) as usize);
        }
    }

    /// The quarter of the streams that sends at this tick.
    fn send(&mut self, tick: u64) {
        let number = (tick / 4) as u16;
        let stamp = u32::from(number) * 160;
        for stream in (tick as usize % 4..self.sockets.len()).step_by(4) {
            self.packet[0] = 0x80;
            self.packet[1] = 0;
            self.packet[2..4].copy_from_slice(&number.to_be_bytes());
            self.packet[4..8].copy_from_slice(&stamp.to_be_bytes());
            self.packet[8..12].copy_from_slice(&(stream as u32).to_be_bytes());
            let sent = self.sockets[stream].send_to(&self.packet, far(stream));
            self.sent += u64::from(sent.is_ok());
        }
    }

    fn receive(&mut self, stream: usize) {
        let mut buffer = [0; 2048];
        while let Ok((length, _)) = self.sockets[stream].recv_from(&mut buffer) {
            self.received += 1;
            if self.bridge {
                let other = stream ^ 1;
                let sent = self.sockets[other].send_to(&buffer[..length], far(other));
                self.sent += u64::from(sent.is_ok());
            }
        }
    }
}
