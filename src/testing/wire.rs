//! What protobuf messages are made of: numbered fields, each of one of four kinds.

use super::Rule;

/// The fields of a message that are still to be read.
#[derive(Clone, Copy)]
pub(super) struct Message<'a>(pub(super) &'a [u8]);

/// What a field has.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    /// A text, a message, or several numbers.
    Bytes(&'a [u8]),
    Fixed32,
}

impl<'a> Message<'a> {
    /// Reads the next field and its number; `None` at the end.
    pub(super) fn field(&mut self) -> Result<Option<(u64, Value<'a>)>, Rule> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let number = key >> 3;
        if !(1..1 << 29).contains(&number) {
            return Err(Rule::WireType);
        }
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Value::Bytes(self.delimited()?),
            5 => self.array::<4>().map(|_| Value::Fixed32)?,
            _ => return Err(Rule::WireType), // Groups were given up before there were metrics.
        };
        Ok(Some((number, value)))
    }

    pub(super) fn varint(&mut self) -> Result<u64, Rule> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(Rule::Truncated)?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Rule::Varint);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Rule::Varint)
    }

    /// Reads what stands behind its length.
    pub(super) fn delimited(&mut self) -> Result<&'a [u8], Rule> {
        let length = usize::try_from(self.varint()?).map_err(|_| Rule::Truncated)?;
        let bytes = self.0.get(..length).ok_or(Rule::Truncated)?;
        self.0 = self.0.get(length..).unwrap_or_default();
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Rule> {
        let bytes = self.0.get(..N).and_then(|bytes| bytes.try_into().ok());
        self.0 = self.0.get(N..).unwrap_or_default();
        bytes.ok_or(Rule::Truncated)
    }
}

impl<'a> Value<'a> {
    pub(super) fn integer(self) -> Result<u64, Rule> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err(Rule::WireType),
        }
    }

    pub(super) fn float(self) -> Result<f64, Rule> {
        match self {
            Self::Fixed64(bits) => Ok(f64::from_bits(bits)),
            _ => Err(Rule::WireType),
        }
    }

    pub(super) fn message(self) -> Result<Message<'a>, Rule> {
        match self {
            Self::Bytes(bytes) => Ok(Message(bytes)),
            _ => Err(Rule::WireType),
        }
    }

    pub(super) fn text(self) -> Result<String, Rule> {
        let bytes = self.message()?.0;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Rule::Utf8)
    }
}

/// Takes the value of a field that is no list.
pub(super) fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Rule> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Rule::FieldTwice),
    }
}
