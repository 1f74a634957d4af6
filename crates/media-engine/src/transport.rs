//! How a leg's packets travel: plainly over UDP, or to a browser.

use std::net::SocketAddr;

use crate::browser::Browser;
use crate::line::Cx;
use crate::ports::Sockets;
use crate::source::Source;

/// What lies between a leg's packets and its sockets.
#[derive(Debug)]
pub(crate) enum Transport {
    /// Plain RTP: all there is to know is where the peer is.
    Plain(Source),
    /// SRTP over ICE.
    Browser(Box<Browser>),
}

impl Transport {
    /// Where packets go, once that is known and they may.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        match self {
            Self::Plain(source) => source.remote(),
            Self::Browser(browser) => browser.remote(),
        }
    }

    /// Sends the packet in `cx.out` to where [`Transport::remote`] said. False if it did not go.
    pub(crate) fn send(&mut self, to: SocketAddr, sockets: &Sockets, cx: &mut Cx) -> bool {
        match self {
            Self::Plain(_) => sockets.rtp.send_to(&cx.out, to).is_ok(),
            Self::Browser(browser) => browser.send(sockets, cx),
        }
    }

    /// The peer has fallen silent: it may come back from elsewhere.
    pub(crate) fn reopen(&mut self) {
        match self {
            Self::Plain(source) => source.reopen(),
            // Whoever has its keys may come from anywhere.
            Self::Browser(_) => {}
        }
    }

    /// The browser, if it is one.
    pub(crate) fn browser(&mut self) -> Option<&mut Browser> {
        match self {
            Self::Plain(_) => None,
            Self::Browser(browser) => Some(browser),
        }
    }
}
