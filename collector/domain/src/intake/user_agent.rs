//! Device, browser, system, and whether it is a robot, read off the user agent, which itself is not kept.
//!
//! A short list of our own: the crates that do this are no longer kept up. Names as browsers and crawlers sent them in
//! November 2026; what is in no list is left out rather than guessed.

use crate::event::Agent;

/// In this order: the later names also stand in the user agents of the earlier ones.
const BROWSERS: [(&str, &str); 13] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Android", "Android"),
    ("Windows NT", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Named crawlers, link previews and headless browsers. Not a bare "bot": there is a phone called Cubot.
const ROBOTS: [&str; 28] = [
    "Googlebot",
    "Google-InspectionTool",
    "AdsBot-Google",
    "Storebot-Google",
    "GoogleOther",
    "bingbot",
    "BingPreview",
    "YandexBot",
    "Baiduspider",
    "DuckDuckBot",
    "Applebot",
    "AhrefsBot",
    "SemrushBot",
    "MJ12bot",
    "DotBot",
    "PetalBot",
    "Bytespider",
    "GPTBot",
    "ClaudeBot",
    "CCBot",
    "Amazonbot",
    "facebookexternalhit",
    "Twitterbot",
    "LinkedInBot",
    "Slackbot",
    "HeadlessChrome",
    "PhantomJS",
    "Lighthouse",
];

/// What the header says.
pub(super) fn read(user_agent: Option<&str>) -> Agent {
    let Some(text) = user_agent else { return Agent::default() };
    let first =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name);
    let os = first(&SYSTEMS);
    let is_tablet =
        text.contains("iPad") || text.contains("Tablet") || (os == Some("Android") && !text.contains("Mobile"));
    let device = match os {
        _ if is_tablet => Some("tablet"),
        _ if text.contains("Mobi") || text.contains("iPhone") => Some("mobile"),
        Some(_) => Some("desktop"),
        None => None,
    };
    Agent { device, browser: first(&BROWSERS), os }
}

/// Whether a robot says that it is one.
pub(super) fn is_bot(user_agent: Option<&str>) -> bool {
    user_agent.is_some_and(|text| ROBOTS.iter().any(|name| text.contains(name)))
}

#[test]
fn a_user_agent_tells_device_browser_and_system() {
    let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
    let android_tablet = "Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
    for (text, device, browser, os) in [
        (chrome, Some("desktop"), Some("Chrome"), Some("Windows")),
        (&format!("{chrome} Edg/141.0.0.0"), Some("desktop"), Some("Edge"), Some("Windows")),
        (iphone, Some("mobile"), Some("Safari"), Some("iOS")),
        (android_tablet, Some("tablet"), Some("Chrome"), Some("Android")),
        (firefox, Some("desktop"), Some("Firefox"), Some("Linux")),
        ("curl/8.5.0", None, None, None),
    ] {
        assert_eq!(read(Some(text)), Agent { device, browser, os }, "{text}");
        assert!(!is_bot(Some(text)), "{text}");
    }
    assert!(is_bot(Some("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")));
    assert!(!is_bot(Some(
        "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
    )));
}
