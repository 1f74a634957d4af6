//! A browser's leg on its media thread: the peer, its datagrams, and its TCP connections.

use std::collections::VecDeque;
use std::net::SocketAddr;

use trunkline_media::codec::Codec;
use trunkline_media::plan::MediaPlan;
use trunkline_media::rtp::Packet;
use trunkline_webrtc::{Audio, Output, Peer, Report, Via};

use crate::line::Cx;
use crate::opus_edge::{OpusEdge, Sound};
use crate::ports::Sockets;
use crate::source::as_bound;
use crate::stream::Stream;

/// Connections that a browser may have at once: one for each of its networks.
pub(crate) const MAX_STREAMS: usize = 4;

/// What has happened to a browser's leg.
#[derive(Debug)]
pub(crate) enum News {
    /// A packet came.
    Rtp(Sound),
    /// Media may be sent, as the plan says.
    Connected(MediaPlan),
    /// The browser is not heard of.
    Lost,
    /// The browser has reported.
    Report(Report),
}

/// The transport of a browser's leg.
#[derive(Debug)]
pub(crate) struct Browser {
    tag: u64,
    /// The RTP socket's.
    bind: SocketAddr,
    /// What is spoken inside where the browser speaks Opus.
    inner_codec: Codec,
    /// None before the first answer.
    peer: Option<Peer>,
    /// Where the browser speaks Opus.
    edge: Option<Box<OpusEdge>>,
    /// Its TCP connections, each at the place that its events carry.
    pub(crate) streams: [Option<Stream>; MAX_STREAMS],
    /// Which of them gives way when there are too many.
    oldest_stream: usize,
    /// Where the last bytes went.
    remote: Option<SocketAddr>,
    /// What the leg has not looked at yet.
    waiting: VecDeque<Output>,
    /// Packets of Opus as G.711.
    sounds: VecDeque<Sound>,
}

impl Browser {
    /// Nobody has answered yet.
    pub(crate) fn new(tag: u64, bind: SocketAddr, inner_codec: Codec) -> Self {
        Self {
            tag,
            bind,
            inner_codec,
            peer: None,
            edge: None,
            sounds: VecDeque::new(),
            streams: Default::default(),
            oldest_stream: 0,
            remote: None,
            waiting: VecDeque::new(),
        }
    }

    /// A browser has answered, in place of the one before: its page was loaded anew.
    pub(crate) fn connect(&mut self, peer: Peer, sockets: &Sockets, cx: &mut Cx) {
        self.edge = self.edge_for(&peer);
        self.peer = Some(peer);
        self.forget_news();
        self.drain(sockets, cx);
    }

    fn edge_for(&self, peer: &Peer) -> Option<Box<OpusEdge>> {
        let agreed = peer.agreed().filter(|agreed| agreed.audio == Audio::Opus)?;
        match OpusEdge::new(self.inner_codec, &agreed) {
            Ok(edge) => Some(Box::new(edge)),
            Err(error) => {
                tracing::error!(tag = self.tag, %error, "a browser's leg hears nothing");
                None
            }
        }
    }

    fn forget_news(&mut self) {
        self.waiting.clear();
        self.sounds.clear();
    }

    /// Where packets go; None while they cannot.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        let peer = self.peer.as_ref()?;
        self.remote.filter(|_| peer.is_connected())
    }

    /// Takes bytes of a socket or a connection. False if they are not the browser's.
    pub(crate) fn receive(
        &mut self,
        from: SocketAddr,
        via: Via,
        datagram: &[u8],
        sockets: &Sockets,
        cx: &mut Cx,
    ) -> bool {
        let Some(peer) = &mut self.peer else { return false };
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let is_taken = peer.receive(cx.instant(), from, via, datagram);
        self.drain(sockets, cx);
        is_taken
    }

    /// Sends the packet in `cx.out`. False if it did not go.
    pub(crate) fn send(&mut self, sockets: &Sockets, cx: &mut Cx) -> bool {
        let Some(peer) = &mut self.peer else { return false };
        let Ok(packet) = Packet::parse(&cx.out) else { return false };
        let now = cx.instant();
        let is_sent = match &mut self.edge {
            None => peer.send(now, &packet.header, packet.payload),
            Some(edge) => {
                let mut is_sent = true;
                edge.say(&packet, &mut |header, payload| {
                    is_sent &= peer.send(now, &header, payload);
                });
                is_sent
            }
        };
        self.drain(sockets, cx);
        is_sent
    }

    /// Does what time asks for.
    pub(crate) fn tick(&mut self, sockets: &Sockets, cx: &mut Cx) {
        let Some(peer) = &mut self.peer else { return };
        if peer.wake_at() > cx.instant() {
            return;
        }
        peer.handle_time(cx.instant());
        self.drain(sockets, cx);
    }

    /// Says goodbye.
    pub(crate) fn close(&mut self, sockets: &Sockets, cx: &mut Cx) {
        if let Some(peer) = &mut self.peer {
            peer.close();
        }
        self.drain(sockets, cx);
        self.peer = None;
        self.edge = None;
        self.forget_news();
    }

    /// What the leg should know; ask until there is nothing.
    pub(crate) fn news(&mut self) -> Option<News> {
        loop {
            if let Some(sound) = self.sounds.pop_front() {
                return Some(News::Rtp(sound));
            }
            return Some(match self.waiting.pop_front()? {
                Output::Rtp(heard) => match &mut self.edge {
                    None => News::Rtp(Sound::from(heard)),
                    Some(edge) => {
                        edge.hear(&heard, &mut self.sounds);
                        continue;
                    }
                },
                Output::Connected => match self.plan() {
                    Some(plan) => News::Connected(plan),
                    None => continue,
                },
                Output::Lost => News::Lost,
                Output::Report(report) => News::Report(report),
                Output::Failed(reason) => {
                    tracing::info!(tag = self.tag, %reason, "a browser's media have ended");
                    News::Lost
                }
                Output::Transmit { .. } => continue,
            });
        }
    }

    /// The answer as a plan of the engine's.
    fn plan(&self) -> Option<MediaPlan> {
        let agreed = self.peer.as_ref()?.agreed()?;
        let codec = match agreed.audio {
            Audio::G711(codec) => codec,
            Audio::Opus => self.inner_codec,
        };
        Some(MediaPlan {
            local: self.bind,
            remote: self.bind,
            remote_rtcp: self.bind,
            rtcp_mux: true,
            codec,
            payload_type: agreed.payload_type,
            event_payload_type: agreed.event_payload_type,
            ptime_ms: 20,
            direction: agreed.direction,
        })
    }

    /// Sends what the peer wants to be sent, and keeps the rest for the leg.
    fn drain(&mut self, sockets: &Sockets, cx: &mut Cx) {
        let Some(peer) = &mut self.peer else { return };
        let now = cx.instant();
        while let Some(output) = peer.poll(now) {
            let Output::Transmit { via, to, bytes } = output else {
                self.waiting.push_back(output);
                continue;
            };
            self.remote = Some(to);
            let is_sent = match via {
                Via::Udp => {
                    let to = as_bound(to, self.bind.is_ipv6());
                    sockets.rtp.send_to(&bytes, to).is_ok()
                }
                Via::Tcp => {
                    let mut streams = self.streams.iter_mut().flatten();
                    streams.find(|stream| stream.remote == to).is_some_and(|s| s.send(&bytes))
                }
            };
            cx.counters.send_failures += u64::from(!is_sent);
        }
    }

    /// The place of another connection: a free one, or that of the oldest, which may have been cut
    /// off without a word.
    pub(crate) fn place_for_stream(&mut self) -> usize {
        if let Some(free) = self.streams.iter().position(Option::is_none) {
            return free;
        }
        let oldest = self.oldest_stream;
        self.oldest_stream = (oldest + 1) % MAX_STREAMS;
        oldest
    }
}
