//! RTP sockets, one clock of 20 ms on threads of its own, legs that play, bridge, hold and record.
