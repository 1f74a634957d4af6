"""What the fuzzers of calls begin with: session descriptions, RTP, RTCP, texts to be spoken."""

import struct

# Session descriptions.

HEAD = "v=0\r\no=- 3848 {version} IN {family} {host}\r\ns=-\r\n"
EVENTS = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"


def description(media, host="192.0.2.20", version=1, session=""):
    family = "IP6" if ":" in host else "IP4"
    head = HEAD.format(version=version, family=family, host=host)
    return f"{head}c=IN {family} {host}\r\nt=0 0\r\n{session}{media}"


def audio(formats="0 8 101", port=49170, protocol="RTP/AVP", more=EVENTS):
    return f"m=audio {port} {protocol} {formats}\r\n{more}"


def descriptions():
    desk = audio(more="a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n" + EVENTS + "a=ptime:20\r\n")
    plain = description(desk)
    yield plain
    yield description(audio(), host="2001:db8::20")
    yield description(audio("9 96 8 0", more="a=rtpmap:9 G722/8000\r\na=rtpmap:96 opus/48000/2\r\n"))
    yield description(audio(more=EVENTS + "a=rtcp-mux\r\na=rtcp:49171 IN IP4 192.0.2.20\r\n"))
    yield description(audio("18", more="a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n"))
    yield description(audio(protocol="RTP/AVPF", more=EVENTS + "a=ptime:40\r\na=maxptime:150\r\n"))
    secure = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:bm90IGEgcmVhbCBrZXkgYXQgYWxs\r\n"
    yield description(audio(protocol="RTP/SAVP", more=secure))
    yield description(audio(port=0) + audio(port=50000))
    yield description(audio() + "m=video 51372 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n")
    yield description("m=image 5000 udptl t38\r\na=T38FaxVersion:0\r\n" + audio())
    yield plain.replace("\r\n", "\n")
    yield plain + "\0" + description(desk + "a=sendonly\r\n", version=2)
    yield plain + "\0" + description(desk, host="0.0.0.0", version=2)
    yield plain + "\0" + description(audio(port=0), version=2)
    yield plain + "\0" + description(audio("8 101", port=50002), host="192.0.2.21", version=2)
    for direction in ("sendrecv", "sendonly", "recvonly", "inactive"):
        yield description(audio(), session=f"a={direction}\r\n")
        yield description(audio(more=f"a={direction}\r\n"))
    browser = "a=mid:0\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-mux\r\n"
    yield description(audio("111 0 8", port=9, protocol="UDP/TLS/RTP/SAVPF", more=browser))


# RTP: each datagram with the ticks before it, who sends it, and its length.


def rtp(kind, sequence, timestamp, payload, ssrc=7, marker=False, first=0x80, extra=b""):
    second = kind | (0x80 if marker else 0)
    return struct.pack(">BBHII", first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) \
        + extra + payload


def record(ticks, sender, datagram):
    return bytes([ticks, sender, len(datagram)]) + datagram


def sound(count, sender=0, kind=8, start=0, ssrc=7, step=160, length=160, ticks=1):
    for place in range(count):
        payload = bytes((place * 31 + n) & 0xFF for n in range(length))
        packet = rtp(kind, start + place, (start + place) * step, payload, ssrc, place == 0)
        yield record(ticks, sender, packet)


def key(event, start, timestamp, kind=101, sender=0, held=4, ssrc=7):
    for place in range(held + 2):
        is_end = place >= held - 1
        duration = min(place + 1, held) * 160
        payload = struct.pack(">BBH", event, 10 | (0x80 if is_end else 0), duration)
        yield record(1, sender, rtp(kind, start + place, timestamp, payload, ssrc, place == 0))


def streams():
    yield rtp(8, 1, 160, b"\xd5" * 160)
    yield rtp(0, 1, 160, b"\xff" * 20, first=0xB2, extra=struct.pack(">IIHHI", 1, 2, 0xBEDE, 1, 3))
    yield rtp(0, 1, 160, b"\xff" * 20 + b"\0\0\0\4", first=0xA0)
    call = list(sound(12))
    yield b"".join(call)
    yield b"".join(call[:4] + call[6:])
    yield b"".join([call[0], call[2], call[1], call[3], call[3], call[5], call[4]])
    yield b"".join(call[:4]) + b"".join(sound(6, start=4, ssrc=8))
    yield b"".join(call[:4]) + b"".join(sound(6, start=30_000))
    yield b"".join(sound(6, start=65_533))
    yield b"".join(a + b for a, b in zip(call, sound(12, sender=1, kind=0, ssrc=9, ticks=0)))
    yield b"".join(key(5, 10, 8_000))
    yield b"".join(call[:3]) + b"".join(key(11, 12, 480)) + b"".join(sound(3, start=20))
    yield b"".join(key(1, 10, 8_000, kind=96, sender=1)) + b"".join(key(1, 20, 9_600, 96, 1))
    yield b"".join(list(key(3, 10, 8_000))[:3]) + b"".join(key(4, 30, 16_000))
    yield record(1, 0, rtp(13, 1, 160, b"\x40")) + b"".join(sound(3, start=2, ticks=20))
    yield b"".join(sound(8, step=80, length=80)) + b"".join(sound(4, start=8, length=240, step=240))


# RTCP.


def packet(kind, count, body, first=0x80):
    body += b"\0" * (-len(body) % 4)
    return struct.pack(">BBH", first | count, kind, len(body) // 4) + body


def block(ssrc=7, lost=-2):
    words = (ssrc, 64 << 24 | lost & 0xFFFFFF, 0x10203, 77, 0xB7052000, 0x54000)
    return struct.pack(">6I", *words)


def sender_report(blocks=(), ssrc=7):
    head = struct.pack(">I4I", ssrc, 0x83AA7E80, 0x80000000, 160_000, 50) + struct.pack(">I", 8_000)
    return packet(200, len(blocks), head + b"".join(blocks))


def name(text, ssrc=7):
    items = struct.pack(">IBB", ssrc, 1, len(text)) + text
    return items + b"\0" * (4 - len(items) % 4)


def compounds():
    names = packet(202, 1, name(b"caller@192.0.2.20"))
    yield sender_report() + names
    yield sender_report([block(), block(8, 0x7FFFFF)]) + names
    yield packet(201, 0, struct.pack(">I", 7)) + names
    yield packet(201, 2, struct.pack(">I", 7) + block() + block(9, -0x800000))
    yield packet(202, 2, name(b"a") + name(b"abc\xff", 8))
    yield packet(202, 0, b"")
    yield packet(203, 1, struct.pack(">I", 7))
    yield packet(203, 2, struct.pack(">II", 7, 8) + b"\x05ended")
    yield sender_report() + names + packet(203, 1, struct.pack(">I", 7) + b"\x03bye")
    yield packet(206, 1, struct.pack(">II", 7, 8)) + packet(205, 15, struct.pack(">III", 7, 8, 9))
    yield packet(207, 0, struct.pack(">IBBHIIBBBBHHHHBBBBBBBBBBBBHHH", 7, 7, 0, 8, 8, 0, *[9] * 4,
                                     *[9] * 4, *[9] * 12, *[9] * 3))
    yield sender_report() + packet(203, 1, struct.pack(">I", 7) + b"\0\0\0\4", first=0xA0)
    yield packet(204, 3, struct.pack(">I", 7) + b"NAMEdata")


# Texts to be spoken.

SAY_AS = {
    "digits": ["1234", "12-34"], "characters": ["AB-12", "日本"], "cardinal": ["1,234", "-5"],
    "ordinal": ["3", "21", "112"], "telephone": ["+1 555 0100", "03-1234-5678"],
    "date": ["2026-11-23", "11/23/2026", "20261123", "23.11."], "time": ["14:30", "2:05 pm", "00:00:09"],
    "currency": ["$4.50", "USD 1,000", "42 EUR", "¥1000", "1000円"], "": ["plain"],
}


def speak(content, attributes=""):
    return f"<speak{attributes}>{content}</speak>"


def texts():
    yield "Thank you for calling, Ann. Please hold on! Is it 5.30 p.m.? Mr. Smith will help."
    yield "お電話ありがとうございます。「少々お待ちください。」と申しました。田中様"
    yield "a < b and AT&T <3 you & me; 5 > 4 </p> <b>bold</b> &amp; &unknown; <speak"
    yield "<xml>no markup of ours</xml>"
    for way, values in SAY_AS.items():
        for value in values:
            yield speak(f'It is <say-as interpret-as="{way}">{value}</say-as> now.')
    yield speak('<say-as interpret-as="date" format="dmy">3-4-2026</say-as>')
    yield speak('<say-as interpret-as="currency" language="en-US">$-0.01</say-as>')
    yield speak("Hi <break/> you <break time='1.5s'/><break strength='weak'/>there<break time='9999s'/>")
    yield speak("<p><s>One.</s><s>Two</s></p><p>Three</p>")
    yield speak("a <prosody rate='slow' volume='x-loud' pitch='+3st'>b <prosody rate='200%'>c</prosody>"
                "</prosody> d")
    yield speak("<emphasis level='strong'>Now</emphasis> <emphasis>or</emphasis> never")
    yield speak("<sub alias='World Wide Web'>WWW</sub>, <sub>no alias</sub>")
    yield speak("<audio src='x'>other</audio><lang xml:lang='fr'>oui</lang><mark name='m'/>")
    yield speak("x", ' version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="ja-JP"')
    yield '<?xml version="1.0"?><!-- c --><speak><![CDATA[<b> & ]]>&#65;&#x3042;&lt;&apos;</speak>'
    yield speak("<p>never <s>closed <emphasis>at all")
    yield speak("</p></s> closed <speak>twice</speak>")
    yield "<speak/>"


def answer(formats="0 8 111 101", setup="active", direction="sendrecv", more=""):
    """What a browser answers; MID is replaced by what the offer has there."""
    fingerprint = ":".join(f"{byte:02X}" for byte in range(32))
    return (
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE MID\r\n"
        f"m=audio 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
        "a=ice-ufrag:AbCd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=ice-options:trickle\r\n"
        f"a=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\na=mid:MID\r\n"
        f"a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na={direction}\r\na=rtcp-mux\r\n"
        "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:111 opus/48000/2\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=ssrc:77 cname:x\r\n" + more
    ).encode()


def datagram(how, content):
    return bytes([how, len(content)]) + content


def browsers():
    """Answers, datagrams, and both. The first byte of a datagram is told in checks/browser.rs."""
    stun = b"\x00\x01\x00\x08!\x12\xa4B" + bytes(12) + b"\x00\x06\x00\x04a:bc"
    real = [datagram(4, content) for content in (b"", b"\0" * 12 + b"\1", b"\0\x80", b"\x80")]
    plain = [datagram(0, content) for content in (stun, b"\x80\0" + bytes(20), b"\x80\xc8" + bytes(26),
                                                  b"\x16\xfe\xfd" + bytes(10), b"")]
    yield answer()
    yield answer("8 101", "passive", "sendonly")
    yield answer("111", "active", "recvonly", "a=candidate:1 1 udp 1 a.local 9 typ host\r\n")
    yield answer("13", "active", "inactive")
    yield b"\0" + b"".join(real * 3)
    yield b"\0" + b"".join(plain)
    yield b"\0" + b"".join(datagram(1, part[2:]) for part in plain)
    yield b"\0" + b"".join(datagram(2, bytes([0, len(part)]) + part) for part in (stun, b"x", b""))
    yield b"\0" + datagram(12, b"") * 4 + b"".join(real)
    yield answer() + b"\0" + b"".join(real + plain)
