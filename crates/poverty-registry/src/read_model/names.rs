//! Names as they are searched: by the beginning of the whole name or of any of its words.

use kernel::text;
use std::collections::BTreeSet;

/// A name from one of its words on: *Lò Văn Páo* gives `lò văn páo`, `văn páo` and `páo`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NameToken {
    /// Without any mark: names that agree in this only suggest.
    pub(crate) bare: String,
    /// With marks, folded.
    pub(crate) folded: String,
}

/// The tokens of several names, each once, in order.
pub(crate) fn tokens<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<NameToken> {
    let mut tokens = BTreeSet::new();
    for name in names {
        let folded = text::fold(name);
        let bare = text::strip_marks(&folded);
        // Folding changes no spaces, so both texts have the same words.
        let starts = |of: &str| -> Vec<usize> {
            let after_space = of.match_indices(' ').map(|(space, _)| space + 1);
            std::iter::once(0).chain(after_space).collect()
        };
        for (at_bare, at_folded) in starts(&bare).into_iter().zip(starts(&folded)) {
            let token =
                NameToken { bare: bare[at_bare..].to_owned(), folded: folded[at_folded..].to_owned() };
            if !token.bare.is_empty() {
                tokens.insert(token);
            }
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_from_each_of_its_words_on() {
        let folded: Vec<String> = tokens(["Lò Văn Páo"]).into_iter().map(|token| token.folded).collect();
        assert_eq!(folded, ["lò văn páo", "páo", "văn páo"]);
    }

    #[test]
    fn both_tone_placements_give_one_token_and_marks_are_stripped_beside_it() {
        assert_eq!(tokens(["Khoá"]), tokens(["KHÓA"]));
        assert_eq!(tokens(["Khoá"]).first().map(|token| token.bare.as_str()), Some("khoa"));
        assert!(tokens([""]).is_empty());
    }
}
