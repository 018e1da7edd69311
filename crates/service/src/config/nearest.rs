//! The known name that is most like a mistyped one.

/// The nearest of the names, where it is near enough to have been meant.
pub(super) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, name) = names.map(|name| (edits(written, name), name)).min()?;
    (distance <= written.chars().count().div_ceil(3)).then_some(name)
}

/// Insertions, deletions and replacements of characters that turn one text into the other (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, character) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_the_one_that_was_meant_and_nonsense_finds_none() {
        let names = || ["listen", "limits.page_size_max", "limits.batch_items_max"].into_iter();
        assert_eq!(nearest("limits.pagesize_max", names()), Some("limits.page_size_max"));
        assert_eq!(nearest("lisen", names()), Some("listen"));
        assert_eq!(nearest("qwertyuiop", names()), None);
    }

    #[test]
    fn edits_are_counted_by_character() {
        assert_eq!((edits("", "abc"), edits("kitten", "sitting"), edits("xã", "xa")), (3, 3, 1));
    }
}
