//! Who is at the other end: the socket's address, or the one a trusted proxy names.
//!
//! Surprising: `X-Forwarded-For` is read from the right. Everything left of the first address that is not a trusted
//! proxy's was written by the client itself and may be anything.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::config::Network;

/// The socket's other end; put on every request by the port.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers by which a proxy shows itself.
const FORWARDING: [HeaderName; 6] = [
    header::FORWARDED,
    header::VIA,
    X_FORWARDED_FOR,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// The client's address, as far as it can be believed.
#[must_use]
pub fn client_address(peer: Peer, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.0.ip();
    if !is_trusted(client) {
        return client.to_canonical();
    }
    let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(address) = hop_address(hop.trim()) else { break };
        client = address;
        if !is_trusted(client) {
            break;
        }
    }
    client.to_canonical()
}

/// An address of the list; some proxies write the port too.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(hop, |(address, _)| address);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

/// What is limited together: an IPv4 address, or an IPv6 network of 64 bits, since one household has all of it.
#[must_use]
pub const fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Whether the request comes from this machine itself: a loopback socket, no sign of a proxy, and asked for by a loopback
/// name, since a web page may point a name of its own at 127.0.0.1.
#[must_use]
pub fn is_this_machine(peer: Peer, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) };
    peer.0.ip().to_canonical().is_loopback()
        && matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        && !FORWARDING.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (peer, forwarded, client) in [
            ("203.0.113.9:1", &["198.51.100.1"][..], "203.0.113.9"), // nobody we know: his header is his own
            ("10.0.0.1:1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1:1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"), // what the client put there itself stays left
            ("10.0.0.1:1", &["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1:1", &["10.0.0.3"], "10.0.0.3"),
            ("10.0.0.1:1", &["unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1:1", &["198.51.100.1:443"], "198.51.100.1"),
            ("[fd00::1]:1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("[::ffff:10.0.0.1]:1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1:1", &[], "10.0.0.1"),
        ] {
            let lines: Vec<_> = forwarded.iter().map(|line| ("x-forwarded-for", *line)).collect();
            let address = client_address(Peer(peer.parse().unwrap()), &headers(&lines), &trusted);
            assert_eq!(address.to_string(), client, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn this_machine_is_a_loopback_socket_without_a_proxy_and_by_a_loopback_name() {
        for (peer, lines, expected) in [
            ("127.0.0.1:1", &[("host", "127.0.0.1:8787")][..], true),
            ("[::1]:1", &[("host", "[::1]:8787")], true),
            ("[::1]:1", &[("host", "[::1]")], true),
            ("127.0.0.1:1", &[("host", "localhost")], true),
            ("127.0.0.1:1", &[("host", "evil.example:8787")], false),
            ("127.0.0.1:1", &[("host", "localhost"), ("x-forwarded-for", "198.51.100.1")], false),
            ("127.0.0.1:1", &[("host", "localhost"), ("forwarded", "for=198.51.100.1")], false),
            ("203.0.113.9:1", &[("host", "localhost")], false),
            ("127.0.0.1:1", &[], false),
        ] {
            assert_eq!(is_this_machine(Peer(peer.parse().unwrap()), &headers(lines)), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_household_with_ipv6_is_one() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!((of("2001:db8:1:2:3::4").as_str(), of("203.0.113.9").as_str()), ("2001:db8:1:2::", "203.0.113.9"));
    }
}
