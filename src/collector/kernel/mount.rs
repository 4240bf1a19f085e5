//! `/proc/<pid>/mountinfo`: which file systems are mounted where.

/// A line. The texts are as the file writes them: with some bytes as octal numbers.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::collector) struct Mount<'t> {
    /// The directory of the file system that is mounted.
    pub(in crate::collector) root: &'t [u8],
    /// Where.
    pub(in crate::collector) point: &'t [u8],
    pub(in crate::collector) fs_type: &'t [u8],
    pub(in crate::collector) device: &'t [u8],
    /// Of the file system.
    pub(in crate::collector) options: &'t [u8],
    pub(in crate::collector) is_read_only: bool,
}

/// Lines that are whole.
pub(in crate::collector) fn parse(text: &[u8]) -> impl Iterator<Item = Mount<'_>> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|line| {
        // Of fields that may be empty, so that each space counts.
        let mut fields = line.strip_suffix(b"\n")?.split(|&byte| byte == b' ');
        let (root, point) = (fields.nth(3)?, fields.next()?);
        let own_options = fields.next()?;
        fields.find(|field| field == b"-")?; // Behind optional fields.
        let (fs_type, device) = (fields.next()?, fields.next()?);
        let options = fields.next()?;
        let is_read_only = [own_options, options].into_iter().any(|of| has(of, b"ro"));
        Some(Mount { root, point, fs_type, device, options, is_read_only })
    })
}

/// Whether the words with commas between them have this one among them.
pub(in crate::collector) fn has(words: &[u8], word: &[u8]) -> bool {
    words.split(|&byte| byte == b',').any(|other| other == word)
}

/// Replaces what `into` holds by the text with its octal numbers, `\040` for a space, as bytes.
pub(in crate::collector) fn unescape(mut text: &[u8], into: &mut Vec<u8>) {
    into.clear();
    while let [first, rest @ ..] = text {
        let byte = if *first == b'\\' { octal(rest) } else { None };
        into.push(byte.unwrap_or(*first));
        text = rest.get(if byte.is_some() { 3 } else { 0 }..).unwrap_or_default();
    }
}

fn octal(text: &[u8]) -> Option<u8> {
    let mut value = 0_u8;
    for digit in text.get(..3)? {
        let digit = (b'0'..=b'7').contains(digit).then_some(digit & 7)?;
        value = value.checked_mul(8)?.checked_add(digit)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_numbers_are_bytes() {
        let cases: [(&[u8], &[u8]); 8] = [
            (br"/mnt/my\040disk", b"/mnt/my disk"),
            (br"\011\012\134040", b"\t\n\\040"),
            (br"\377", b"\xff"),
            (br"\400", br"\400"),
            (br"\08x\04", br"\08x\04"),
            (br"\", br"\"),
            (br"\\040", br"\ "),
            (b"", b""),
        ];
        let mut plain = b"left over".to_vec();
        for (text, expected) in cases {
            unescape(text, &mut plain);
            assert_eq!(plain, expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_line_that_is_not_whole_is_none() {
        let line = b"36 35 98:0 /sub /mnt rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n";
        for end in 0..line.len() {
            assert_eq!(parse(&line[..end]).next(), None, "{end}");
        }
        let device = &b"/dev/root"[..];
        let mount = Mount {
            root: b"/sub",
            point: b"/mnt",
            fs_type: b"ext3",
            device,
            options: b"rw,errors=continue",
            is_read_only: false,
        };
        assert_eq!(parse(line).collect::<Vec<_>>(), [mount]);
    }

    #[test]
    fn a_mount_without_a_device_keeps_its_type() {
        let line = b"36 35 98:0 / /mnt ro - tmpfs  rw\n";
        let mount = Mount {
            root: b"/",
            point: b"/mnt",
            fs_type: b"tmpfs",
            device: b"",
            options: b"rw",
            is_read_only: true,
        };
        assert_eq!(parse(line).collect::<Vec<_>>(), [mount]);
    }
}
