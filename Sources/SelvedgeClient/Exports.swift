/// The messages of `selvedge.v1` are part of this library: who imports it has them too.
@_exported public import Wire
