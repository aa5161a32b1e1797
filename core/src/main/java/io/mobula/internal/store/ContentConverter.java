package io.mobula.internal.store;

import io.mobula.error.StoreFullException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.memory.SealedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.WritableBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Converter from values to {@link ObjectContent} and back. Immutable values are kept as they are,
 * small ones are encoded in the heap, others are sealed in shared memory. Tensors, buffers and
 * primitive arrays of 1 KiB or more go to shared memory even where the value is small: a block that
 * was used before costs less than fresh memory outside the heap, and is freed at once and not when
 * the collector finds it.
 *
 * <p>All methods run in the caller's thread, which may wait a bounded time in {@link #snapshot}
 * when memory is full.
 */
public final class ContentConverter {
  private static final long MAX_BYTES = 1L << 60; // more than any store has

  private final ObjectStore store;
  private final Codec codec;
  private final SharedStore memory;
  private final long inlineLimit;
  private final StoreAllocator room;

  ContentConverter(
      ObjectStore store, Codec codec, SharedStore memory, long inlineLimit, StoreAllocator room) {
    this.store = store;
    this.codec = codec;
    this.memory = memory;
    this.inlineLimit = inlineLimit;
    this.room = room;
  }

  /**
   * Converts the current state of a value; later changes to the value have no effect.
   *
   * @throws io.mobula.error.CodecException when the value cannot be encoded; the message has the
   *     path to the field that is the cause
   * @throws StoreFullException when no memory becomes free in time
   */
  public ObjectContent snapshot(@Nullable Object value, long inlineBudget) {
    if (value == null) {
      return ObjectContent.Immediate.NULL;
    }
    if (codec.isImmutable(value)) {
      return new ObjectContent.Immediate(value);
    }
    var encoded = codec.encode(value);
    var edges = keep(encoded.externals());
    try {
      var again = reuseSealed(encoded, edges);
      if (again != null) {
        return again;
      }
      var inPlace = buffersInPlace(encoded);
      if (inPlace != null) {
        return new ObjectContent.Inline(inPlace, edges);
      }
      boolean inline =
          encoded.buffers().isEmpty() && encoded.byteSize() <= Math.min(inlineLimit, inlineBudget);
      return inline
          ? new ObjectContent.Inline(withBuffers(encoded, List.of()), edges)
          : createSealed(seal(encoded), edges, encoded.decodesToViews());
    } catch (RuntimeException | Error e) {
      edges.forEach(HeldRef::release);
      throw e;
    }
  }

  /**
   * Returns the existing sealed object if the value was read from it and is unchanged, so that
   * nothing is copied, here or where another process of this host reads it. Else null.
   */
  private ObjectContent.@Nullable Sealed reuseSealed(EncodedValue encoded, List<HeldRef> edges) {
    if (encoded.buffers().size() != 1) {
      return null;
    }
    var buffer = encoded.buffers().getFirst();
    var held = memory.shareContaining(buffer);
    if (held == null) {
      return null;
    }
    if (SealedLayout.matches(held.bytes(), encoded.bytes(), buffer)) {
      return new ObjectContent.Sealed(
          new AliasedStorage(held), edges, encoded.decodesToViews(), memory, room.idleViews());
    }
    held.free();
    return null;
  }

  /**
   * Returns the encoded value with views of its own, if every large part is in the store already
   * and the rest is small; else null.
   */
  private @Nullable EncodedValue buffersInPlace(EncodedValue encoded) {
    if (encoded.buffers().isEmpty() || encoded.bytes().length > inlineLimit) {
      return null;
    }
    var views = new ArrayList<MemorySegment>(encoded.buffers().size());
    for (var buffer : encoded.buffers()) {
      var view = memory.sealedView(buffer);
      if (view == null) {
        return null;
      }
      views.add(view);
    }
    return withBuffers(encoded, views);
  }

  private static EncodedValue withBuffers(EncodedValue encoded, List<MemorySegment> buffers) {
    return new EncodedValue(encoded.bytes(), buffers, List.of(), encoded.decodesToViews());
  }

  /** Creates the value for a reader, waiting for as long as it takes. */
  public @Nullable Object materialize(ObjectContent content) {
    return materialize(content, ReadDeadline.ENDLESS, ViewLifetime.UNTIL_UNREACHABLE);
  }

  /** Creates the value for a reader, with views that end with the arena. */
  public @Nullable Object materialize(ObjectContent content, Arena arena) {
    return materialize(content, ReadDeadline.ENDLESS, ViewLifetime.until(arena));
  }

  /**
   * Creates the value for a reader: the immutable value itself, a fresh copy, or views of store
   * memory.
   *
   * @throws io.mobula.error.GetTimeoutException when the bytes are elsewhere and do not arrive in
   *     time
   */
  @Nullable
  Object materialize(ObjectContent content, ReadDeadline readDeadline, ViewLifetime lifetime) {
    return switch (content) {
      case ObjectContent.Immediate(var value) -> value;
      case ObjectContent.Inline(var encoded, var edges) ->
        codec.decode(
            MemorySegment.ofArray(encoded.bytes()),
            lifetime.viewsOf(encoded.buffers()),
            revive(edges));
      case ObjectContent.Sealed sealed -> {
        try (var _ =
            readDeadline.isEndless() ? null : FetchWait.awaitPinned(sealed, readDeadline)) {
          yield sealed.views()
              ? decodeViews(sealed, lifetime)
              : sealed.copyOut(bytes -> decode(sealed, SealedLayout.read(bytes)));
        } finally {
          Reference.reachabilityFence(sealed);
        }
      }
      case ObjectContent.RemoteValue remoteValue -> {
        try {
          yield FetchWait.readRemote(
              remoteValue, readDeadline, here -> materialize(here, readDeadline, lifetime));
        } finally {
          Reference.reachabilityFence(remoteValue);
        }
      }
    };
  }

  /**
   * Returns the bytes of a small value without buffers, which need no layout to travel; null for
   * other values.
   */
  public byte @Nullable [] encodePlain(ObjectContent content) {
    return switch (content) {
      case ObjectContent.Immediate(var value) -> {
        var encoded = codec.encode(value);
        yield encoded.buffers().isEmpty() ? encoded.bytes() : null;
      }
      case ObjectContent.Inline(var encoded, var _)
      when encoded.buffers().isEmpty() -> encoded.bytes();
      default -> null;
    };
  }

  /** Creates a content from the bytes that {@link #encodePlain} returned in another process. */
  public static ObjectContent decodePlain(byte[] bytes, List<HeldRef> edges) {
    return new ObjectContent.Inline(new EncodedValue(bytes, List.of(), List.of(), false), edges);
  }

  /**
   * Returns the value as one array of bytes for another process, or null if it is larger than
   * {@code max} bytes.
   */
  public @Nullable FlatValue flatten(ObjectContent content, long max) {
    return switch (content) {
      case ObjectContent.Immediate(var value) -> flatten(codec.encode(value), List.of(), max);
      case ObjectContent.Inline(var encoded, var edges) -> flatten(encoded, edges, max);
      case ObjectContent.Sealed sealed -> {
        try {
          yield sealed.byteSize() > max
              ? null
              : new FlatValue(sealed.copy(), sealed.edges(), sealed.views());
        } finally {
          Reference.reachabilityFence(sealed);
        }
      }
      case ObjectContent.RemoteValue remoteValue -> null;
    };
  }

  /** Encodes a failure for another process. */
  public byte[] flatten(ObjectFailure failure) {
    return FailureCodec.write(failure, codec);
  }

  /** Encodes the exception of a failure; see {@link ObjectStore#withEncodedException}. */
  ObjectFailure withEncodedException(ObjectFailure failure) {
    return failure.withEncodedException(
        thrown -> FailureCodec.encode(thrown, codec), bytes -> FailureCodec.decode(bytes, codec));
  }

  /**
   * Reads a failure of another process. Each reader's exception is decoded anew, when the reader
   * asks for it.
   */
  public ObjectFailure readFailure(byte[] flat) {
    return FailureCodec.read(flat, codec);
  }

  private static @Nullable FlatValue flatten(EncodedValue encoded, List<HeldRef> edges, long max) {
    long size = SealedLayout.sizeOf(encoded);
    if (size > max) {
      return null;
    }
    var layout = new byte[(int) size];
    SealedLayout.write(encoded, MemorySegment.ofArray(layout));
    return new FlatValue(layout, edges, encoded.decodesToViews());
  }

  /**
   * Converts bytes that another process has made with {@link #flatten}. Buffers that a reader keeps
   * views of are copied to aligned memory outside the heap; others are read in place.
   */
  public static ObjectContent unflatten(FlatValue flat) {
    var parts = SealedLayout.read(MemorySegment.ofArray(flat.layout()));
    var bytes = parts.bytes().toArray(ValueLayout.JAVA_BYTE);
    var encoded = new EncodedValue(bytes, parts.buffers(), List.of(), flat.views());
    return new ObjectContent.Inline(flat.views() ? encoded.detached() : encoded, flat.edges());
  }

  private @Nullable Object decodeViews(ObjectContent.Sealed sealed, ViewLifetime lifetime) {
    var openViews =
        lifetime instanceof ViewLifetime.UntilUnreachable ? sealed.acquireViews() : null;
    return openViews == null
        ? decode(sealed, lifetime.viewsOf(sealed))
        : IdleViews.decodeWith(openViews, () -> decode(sealed, openViews.parts()));
  }

  private @Nullable Object decode(ObjectContent.Sealed sealed, SealedLayout.Parts parts) {
    return codec.decode(parts.bytes(), parts.buffers(), revive(sealed.edges()));
  }

  /** Creates the content of a value that is sealed in this store. */
  public ObjectContent.Sealed createSealed(
      SealedObject object, List<HeldRef> edges, boolean views) {
    return new ObjectContent.Sealed(
        room.evictor().createStorage(object), edges, views, memory, room.idleViews());
  }

  /** Allocates memory for a value that the caller fills in place. */
  WritableBlock allocateInPlace(long bytes) {
    return room.allocate(Math.min(bytes, MAX_BYTES) + SealedLayout.FRONT);
  }

  /**
   * Seals a value that was filled in place; {@code described} is a view of its bytes, as the reader
   * shall see it.
   */
  ObjectContent sealInPlace(WritableBlock block, Object described) {
    var encoded = codec.encode(described);
    if (encoded.buffers().isEmpty()) { // so small that the codec has copied it
      block.abandon();
      return new ObjectContent.Inline(encoded, List.of());
    }
    SealedLayout.writeAround(encoded, block.segment());
    return createSealed(block.seal(), List.of(), true);
  }

  private List<HeldRef> keep(List<Object> externals) {
    if (externals.isEmpty()) {
      return List.of();
    }
    var edges = new ArrayList<HeldRef>(externals.size());
    try {
      for (var external : externals) {
        edges.add(((HeldRef.Holdable) external).hold(store));
      }
      return edges;
    } catch (RuntimeException e) {
      edges.forEach(HeldRef::release);
      throw e;
    }
  }

  private static List<Object> revive(List<HeldRef> edges) {
    return edges.isEmpty()
        ? List.of()
        : edges.stream().map(HeldRef::newReference).toList();
  }

  private SealedObject seal(EncodedValue encoded) {
    var block = room.allocate(SealedLayout.sizeOf(encoded));
    try {
      SealedLayout.write(encoded, block.segment());
      return block.seal();
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
  }
}
