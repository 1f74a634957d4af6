//! One browser's media: ICE, DTLS-SRTP and RTP over datagrams that others send.
