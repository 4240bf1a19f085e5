//! A strict reader of text 0.0.4, for tests.
//!
//! As strict as the specification and Go's `expfmt` together: HELP and TYPE before the samples and
//! once each, families in one piece, no series twice, histograms that add up, and nothing that the
//! format merely tolerates (blank lines, comments, extra blanks, carriage returns, odd numbers).

use std::collections::{BTreeMap, BTreeSet};

/// A page, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    pub(crate) families: Vec<Family>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) kind: String,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: Vec<(String, String)>,
    /// The value as it is spelt, after its grammar was checked.
    pub(crate) value: String,
    pub(crate) timestamp: Option<i64>,
}

impl Page {
    /// The family of this name.
    pub(crate) fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// The spelling of the value of the sample with this name and exactly these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<&str> {
        let mut samples = self.families.iter().flat_map(|family| &family.samples);
        samples.find(|sample| sample.is(name, labels)).map(|sample| sample.value.as_str())
    }
}

impl Sample {
    fn is(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        let own = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.name == name && own.eq(labels.iter().copied())
    }

    /// The value as a float.
    pub(crate) fn float(&self) -> f64 {
        float(&self.value).expect("the value was checked when it was read")
    }

    fn without(&self, label: &str) -> Vec<(String, String)> {
        self.labels.iter().filter(|(name, _)| name != label).cloned().collect()
    }

    fn label(&self, label: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str())
    }
}

/// Reads a page, or says which line is wrong and why.
pub(crate) fn parse(page: &[u8]) -> Result<Page, String> {
    let text = std::str::from_utf8(page).map_err(|error| error.to_string())?;
    if !text.is_empty() && !text.ends_with('\n') {
        return Err("the last line does not end".into());
    }
    let mut families: Vec<Family> = Vec::new();
    let mut lines = text.split_terminator('\n').enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let fail = |why: String| format!("line {}: {why}: {line:?}", number + 1);
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = split_name(rest).map_err(fail)?;
            let help = unescape(help, &[('n', '\n'), ('\\', '\\')]).map_err(fail)?;
            if families.iter().any(|family| family.name == name) {
                return Err(fail("a second HELP".into()));
            }
            let Some((_, next)) = lines.next() else { return Err(fail("no TYPE".into())) };
            let kind = next.strip_prefix(&format!("# TYPE {name} "));
            let kind = kind.ok_or_else(|| format!("no TYPE after its HELP: {next:?}"))?;
            if !["counter", "gauge", "histogram", "summary", "untyped"].contains(&kind) {
                return Err(format!("line {}: no such type: {next:?}", number + 2));
            }
            let (name, kind) = (name.to_owned(), kind.to_owned());
            families.push(Family { name, help, kind, samples: Vec::new() });
        } else {
            let sample = sample(line).map_err(fail)?;
            let family = families.last_mut().ok_or_else(|| fail("no family".into()))?;
            check_owner(family, &sample).map_err(fail)?;
            family.samples.push(sample);
        }
    }
    check_families(&families)?;
    Ok(Page { families })
}

fn is_name(text: &str, colon: bool) -> bool {
    let legacy = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colon && c == ':');
    text.chars().all(legacy) && text.starts_with(|c: char| !c.is_ascii_digit())
}

/// A metric name, one blank, and the rest.
fn split_name(text: &str) -> Result<(&str, &str), String> {
    let (name, rest) = text.split_once(' ').ok_or("no blank after the name")?;
    if !is_name(name, true) {
        return Err(format!("{name:?} is no metric name"));
    }
    Ok((name, rest))
}

fn unescape(text: &str, escapes: &[(char, char)]) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let after = rest[at + 1..].chars().next().ok_or("a backslash at the end")?;
        let escape = escapes.iter().find(|(escaped, _)| *escaped == after);
        plain.push(escape.ok_or_else(|| format!("no such escape: \\{after}"))?.1);
        rest = &rest[at + 2..];
    }
    plain.push_str(rest);
    Ok(plain)
}

fn sample(line: &str) -> Result<Sample, String> {
    let end = line.find(['{', ' ']).ok_or("neither labels nor a value")?;
    let name = &line[..end];
    if !is_name(name, true) {
        return Err(format!("{name:?} is no metric name"));
    }
    let mut rest = &line[end..];
    let mut labels: Vec<(String, String)> = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").ok_or("no label")?;
            if !is_name(label, false) || label.starts_with("__") {
                return Err(format!("{label:?} is no label name"));
            }
            if labels.iter().any(|(other, _)| other == label) {
                return Err(format!("the label {label:?} comes twice"));
            }
            let end = closing_quote(after).ok_or("a label value does not end")?;
            let escapes = [('n', '\n'), ('\\', '\\'), ('"', '"')];
            labels.push((label.into(), unescape(&after[..end], &escapes)?));
            rest = &after[end + 1..];
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
            rest = rest.strip_prefix(',').ok_or("neither `,` nor `}` after a label")?;
        }
    }
    let rest = rest.strip_prefix(' ').ok_or("no blank before the value")?;
    let (value, timestamp) = match rest.split_once(' ') {
        Some((value, time)) => (value, Some(time.parse().map_err(|_| "no timestamp")?)),
        None => (rest, None),
    };
    float(value).ok_or_else(|| format!("{value:?} is no number"))?;
    Ok(Sample { name: name.into(), labels, value: value.into(), timestamp })
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// What Go's `ParseFloat` takes, but neither hexadecimal nor `_`, and only one spelling of what is
/// not a finite number.
pub(crate) fn float(text: &str) -> Option<f64> {
    match text {
        "NaN" => return Some(f64::NAN),
        "+Inf" => return Some(f64::INFINITY),
        "-Inf" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_number = digits(whole) && digits(fraction) && digits(exponent);
    is_number.then(|| text.parse().ok()).flatten()
}

/// Whether a sample may stand under the family that was begun last.
fn check_owner(family: &Family, sample: &Sample) -> Result<(), String> {
    let suffix = sample.name.strip_prefix(&family.name).ok_or("a sample of another family")?;
    let allowed: &[&str] = match family.kind.as_str() {
        "histogram" => &["_bucket", "_sum", "_count"],
        "summary" => &["", "_sum", "_count"],
        _ => &[""],
    };
    if !allowed.contains(&suffix) {
        return Err(format!("a {} has no sample of this name", family.kind));
    }
    let wants_le = family.kind == "histogram" && suffix == "_bucket";
    let wants_quantile = family.kind == "summary" && suffix.is_empty();
    if family.kind == "histogram" && wants_le != sample.label("le").is_some() {
        return Err("`le` belongs on every bucket and nowhere else".into());
    }
    if family.kind == "summary" && wants_quantile != sample.label("quantile").is_some() {
        return Err("`quantile` belongs on every quantile and nowhere else".into());
    }
    let value = float(&sample.value).unwrap_or(f64::NAN);
    let is_count = ["_bucket", "_count"].contains(&suffix);
    if is_count && sample.value.parse::<u64>().is_err() {
        return Err("a count is a whole number".into());
    }
    if family.kind == "counter" && (value.is_nan() || value < 0.0) {
        return Err("a counter is not negative".into());
    }
    Ok(())
}

fn check_families(families: &[Family]) -> Result<(), String> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for family in families {
        if family.samples.is_empty() {
            return Err(format!("{:?} has no samples", family.name));
        }
        let mut seen = BTreeSet::new();
        for sample in &family.samples {
            let owner = owners.entry(&sample.name).or_insert(&family.name);
            if *owner != family.name {
                return Err(format!("{:?} is a sample of two families", sample.name));
            }
            let mut labels = sample.labels.clone();
            labels.retain(|(_, value)| !value.is_empty()); // Empty is absent.
            labels.sort();
            if !seen.insert((&sample.name, labels)) {
                return Err(format!("the series {sample:?} comes twice"));
            }
        }
        match family.kind.as_str() {
            "histogram" => check_blocks(family, "_bucket", "le")?,
            "summary" => check_blocks(family, "", "quantile")?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks histograms and summaries: per label set the lines with `label`, ascending, then the sum,
/// then the count, and nothing between.
fn check_blocks(family: &Family, suffix: &str, label: &str) -> Result<(), String> {
    let name = &family.name;
    let mut rest = family.samples.as_slice();
    while let Some(first) = rest.first() {
        let labels = first.without(label);
        let lines = rest.iter().take_while(|s| s.name == format!("{name}{suffix}"));
        let lines: Vec<_> = lines.take_while(|s| s.without(label) == labels).collect();
        let bounds: Option<Vec<f64>> =
            lines.iter().map(|sample| sample.label(label).and_then(float)).collect();
        let bounds = bounds.ok_or_else(|| format!("{name:?}: {label:?} is no number"))?;
        if bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(format!("{name:?}: {label:?} does not ascend"));
        }
        let [sum, count] = match &rest[lines.len()..] {
            [sum, count, ..] => [sum, count],
            _ => return Err(format!("{name:?}: a sum or a count is missing")),
        };
        let pair = [(sum, "_sum"), (count, "_count")];
        if pair.iter().any(|(s, end)| s.name != format!("{name}{end}") || s.labels != labels) {
            return Err(format!("{name:?}: sum and count do not follow their series"));
        }
        if label == "le" {
            let counts: Vec<u64> = lines.iter().filter_map(|s| s.value.parse().ok()).collect();
            if counts.windows(2).any(|pair| pair[0] > pair[1]) {
                return Err(format!("{name:?}: buckets are not cumulative"));
            }
            if bounds.last() != Some(&f64::INFINITY) || lines[lines.len() - 1].value != count.value
            {
                return Err(format!("{name:?}: the bucket of +Inf is not the count"));
            }
        } else if bounds.iter().any(|bound| !(0.0..=1.0).contains(bound)) {
            return Err(format!("{name:?}: a quantile is from 0 to 1"));
        }
        rest = &rest[lines.len() + 2..];
    }
    Ok(())
}

mod tests {
    use super::*;

    #[test]
    fn the_parser_reads_what_is_valid() {
        let page = parse(
            b"# HELP h A \\\\ b\\nc \"d\".\n# TYPE h histogram\nh_bucket{x=\"\\\"\\\\\\n,}\",le=\"0.5\"} 1\n\
              h_bucket{x=\"\\\"\\\\\\n,}\",le=\"+Inf\"} 2\nh_sum{x=\"\\\"\\\\\\n,}\"} -1e-07\nh_count{x=\"\\\"\\\\\\n,}\"} 2\n",
        )
        .expect("valid");
        assert_eq!(page.family("h").map(|h| h.help.as_str()), Some("A \\ b\nc \"d\"."));
        assert_eq!(page.value("h_count", &[("x", "\"\\\n,}")]), Some("2"));
        assert_eq!(parse(b""), Ok(Page::default()));
    }

    #[test]
    fn the_parser_refuses_what_is_not() {
        let head = "# HELP a H.\n# TYPE a gauge\n";
        let histogram = "# HELP h H.\n# TYPE h histogram\n";
        for (page, why) in [
            ("# HELP a H.\n# TYPE a gauge\na 1".into(), "does not end"),
            ("a 1\n".into(), "no family"),
            (format!("{head}a 1\n\na 2\n"), "neither"),
            (format!("{head}a 1\n# note\n"), "no metric name"),
            (format!("{head}a 1\r\n"), "no number"),
            (format!("{head}a  1\n"), "no number"),
            (format!("{head}a 0x1p-3\n"), "no number"),
            (format!("{head}a 1_0\n"), "no number"),
            (format!("{head}a inf\n"), "no number"),
            (format!("{head}a nan\n"), "no number"),
            (format!("{head}a 1 1.5\n"), "no timestamp"),
            (format!("{head}a 1 # {{}} 1\n"), "no timestamp"),
            (format!("{head}a 1\na 2\n"), "comes twice"),
            (format!("{head}a{{x=\"\"}} 1\na 2\n"), "comes twice"),
            (format!("{head}b 1\n"), "another family"),
            (format!("{head}a_count 1\n"), "no sample of this name"),
            (format!("{head}a{{x=\"1\",x=\"2\"}} 1\n"), "comes twice"),
            (format!("{head}a{{x=\"1\",}} 1\n"), "no label"),
            (format!("{head}a{{}} 1\n"), "no label"),
            (format!("{head}a{{__x=\"1\"}} 1\n"), "no label name"),
            (format!("{head}a{{b:c=\"1\"}} 1\n"), "no label name"),
            (format!("{head}a{{x=\"\\t\"}} 1\n"), "no such escape"),
            (format!("{head}a{{x=\"1\"}}1\n"), "no blank"),
            (format!("{head}a 1\n{head}a 2\n"), "second HELP"),
            (head.to_string(), "no samples"),
            ("# HELP a \\\"\n# TYPE a gauge\na 1\n".into(), "no such escape"),
            ("# HELP a H.\n# TYPE a info\na 1\n".into(), "no such type"),
            ("# HELP a H.\na 1\n".into(), "no TYPE"),
            ("# HELP a H.\n# TYPE a counter\na -1\n".into(), "not negative"),
            (format!("{histogram}h_bucket{{le=\"1\"}} 1\nh_sum 1\nh_count 1\n"), "+Inf"),
            (format!("{histogram}h_bucket{{le=\"+Inf\"}} 1\nh_sum 1\nh_count 2\n"), "+Inf"),
            (format!("{histogram}h_bucket{{le=\"+Inf\"}} 1\nh_count 1\nh_sum 1\n"), "follow"),
            (format!("{histogram}h_bucket{{le=\"+Inf\"}} 1.5\n"), "whole"),
            (
                format!("{histogram}h_bucket{{le=\"1\"}} 2\nh_bucket{{le=\"+Inf\"}} 1\nh_sum 1\nh_count 1\n"),
                "cumulative",
            ),
            (
                format!("{histogram}h_bucket{{le=\"2\"}} 1\nh_bucket{{le=\"1\"}} 1\nh_sum 1\nh_count 1\n"),
                "ascend",
            ),
        ] {
            let error = parse(page.as_bytes()).expect_err(&page);
            assert!(error.contains(why), "{page:?}: {error}, not {why}");
        }
        assert!(parse(b"# HELP a \xff\n# TYPE a gauge\na 1\n").is_err());
    }
}
