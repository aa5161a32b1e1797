package io.mobula.internal.actor;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.FlatValue;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.List;

/**
 * The outcome of a call as a checkpoint has it, or that it had one which is not kept.
 *
 * @param bytes a value or a failure, as others are sent one
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record CompletionRecord(Kind kind, byte[] bytes) {
  /** Up to how many bytes an outcome is kept. */
  static final int LARGEST = 100 << 10;

  static final CompletionRecord DISCARDED = new CompletionRecord(Kind.DISCARDED, new byte[0]);

  /** What it is; their order is in files. */
  enum Kind {
    DISCARDED,
    VALUE,
    VIEWED_VALUE,
    FAILURE
  }

  /** A value, unless it is too large or has refs inside, which a file cannot hold. */
  static CompletionRecord of(ObjectContent content, ObjectStore store) {
    var flat = store.flatten(content, LARGEST);
    return flat == null || !flat.edges().isEmpty()
        ? DISCARDED
        : new CompletionRecord(flat.views() ? Kind.VIEWED_VALUE : Kind.VALUE, flat.layout());
  }

  static CompletionRecord of(ObjectFailure failure, ObjectStore store) {
    var flat = store.flatten(failure);
    return flat.length > LARGEST ? DISCARDED : new CompletionRecord(Kind.FAILURE, flat);
  }

  ObjectContent content(ObjectStore store) {
    return store.unflatten(new FlatValue(bytes, List.of(), kind == Kind.VIEWED_VALUE));
  }

  ObjectFailure failure(ObjectStore store) {
    return store.readFailure(bytes);
  }

  void write(FrameWriter out) {
    out.choice(kind).block(bytes);
  }

  static CompletionRecord read(FrameReader in) {
    return new CompletionRecord(in.choice(Kind.values()), in.block());
  }
}
