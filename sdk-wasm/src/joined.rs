//! Texts joined by NUL: how the face hands many over at the price of one, and how a context is kept.

/// Reads one text after the other.
#[derive(Clone, Debug)]
pub(crate) struct Texts<'a>(Option<&'a str>);

impl<'a> Texts<'a> {
    pub(crate) const fn of(joined: &'a str) -> Self {
        Self(Some(joined))
    }
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0?;
        let end = rest.bytes().position(|byte| byte == 0).unwrap_or(rest.len());
        let text = rest.get(..end)?;
        self.0 = rest.get(end + 1..);
        Some(text)
    }
}

#[test]
fn texts_come_apart_where_they_were_joined() {
    for texts in [vec![""], vec!["a"], vec!["é", "", "c"], vec!["", ""]] {
        assert_eq!(Texts::of(&texts.join("\0")).collect::<Vec<_>>(), texts);
    }
}
