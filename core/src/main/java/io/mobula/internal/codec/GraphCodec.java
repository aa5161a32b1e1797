package io.mobula.internal.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Output;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encoder or decoder of one object graph at a time; pooled, and used by one thread at a time.
 *
 * <p>Keeps no user object between two graphs. It is discarded after a failure, since Kryo keeps
 * state of a failed traversal.
 */
final class GraphCodec extends Kryo {
  private static final int FORMAT = 1;
  private static final int FIRST_SIZE = 512;
  private static final int SIZE_KEPT = 64 * 1024;
  private static final int MAX_SIZE = Integer.MAX_VALUE - 8;

  private final CodecOptions options;
  private final GraphReferenceResolver references;
  private final GraphClassResolver classResolver;
  private final SegmentInput input = new SegmentInput();
  private Output output = new Output(FIRST_SIZE, MAX_SIZE);

  private List<MemorySegment> buffersOut = new ArrayList<>();
  private boolean viewsOut;
  private List<Object> externalsOut = new ArrayList<>();
  private IdentityHashMap<Object, Integer> externalNumbers = new IdentityHashMap<>();
  private List<MemorySegment> buffersIn = List.of();
  private List<?> externalsIn = List.of();
  private long copyBudgetBytes; // bytes of buffers that values may still copy
  private Map<Throwable, RemoteThrowable> standIns = Map.of();
  private @Nullable HookStreams hooks;
  private int hookDepth;
  private final List<Runnable> validations = new ArrayList<>();

  private GraphCodec(
      CodecOptions options,
      TypeCodecRegistry registry,
      GraphClassResolver names,
      GraphReferenceResolver references) {
    super(names, references);
    this.options = options;
    this.classResolver = names;
    this.references = references;
    setRegistrationRequired(false);
    setOptimizedGenerics(false);
    setMaxDepth(options.maxDepth());
    setClassLoader(options.classLoader());
    registry.registerClasses(this);
  }

  static GraphCodec create(CodecOptions options, TypeCodecRegistry registry) {
    return new GraphCodec(
        options, registry, new GraphClassResolver(registry), new GraphReferenceResolver());
  }

  CodecOptions options() {
    return options;
  }

  GraphReferenceResolver references() {
    return references;
  }

  GraphClassResolver classResolver() {
    return classResolver;
  }

  HookStreams hooks() {
    HookStreams present = hooks;
    if (present == null) {
      present = new HookStreams(this);
      hooks = present;
    }
    return present;
  }

  /** Encodes a graph, with stand-ins for those exceptions in it that cannot be encoded. */
  EncodedValue encode(@Nullable Object value, Map<Throwable, RemoteThrowable> standIns) {
    this.standIns = standIns;
    output.writeByte(FORMAT);
    writeClassAndObject(output, value);
    return new EncodedValue(output.toBytes(), buffersOut, externalsOut, viewsOut);
  }

  /** Decodes a graph, and throws unless all bytes were used. */
  @Nullable
  Object decode(MemorySegment bytes, List<MemorySegment> buffers, List<?> externals) {
    buffersIn = buffers;
    externalsIn = externals;
    copyBudgetBytes = 0;
    for (var buffer : buffers) {
      copyBudgetBytes += buffer.byteSize();
    }
    input.open(bytes);
    int format = input.readByte();
    if (format != FORMAT) {
      throw GraphException.withReason(
          "the bytes are of format " + format + ", this codec reads " + FORMAT);
    }
    Object value = readClassAndObject(input);
    if (input.remaining() > 0) {
      throw GraphException.withReason(input.remaining() + " bytes are left over after the value");
    }
    validations.forEach(Runnable::run);
    return value;
  }

  /** Clears all state of the last graph, and large scratch memory. */
  void clear() {
    if (!buffersOut.isEmpty()) {
      buffersOut = new ArrayList<>();
      viewsOut = false;
    }
    if (!externalsOut.isEmpty()) {
      externalsOut = new ArrayList<>();
      externalNumbers = new IdentityHashMap<>();
    }
    buffersIn = List.of();
    externalsIn = List.of();
    standIns = Map.of();
    validations.clear();
    input.release();
    if (output.getBuffer().length > SIZE_KEPT) {
      output = new Output(FIRST_SIZE, MAX_SIZE);
    }
    output.setPosition(0);
  }

  /**
   * Hands a segment over to the caller of the codec and returns the number by which decoding finds
   * the segment.
   *
   * @param viewed whether decoding makes a view of the segment
   */
  int addBuffer(MemorySegment segment, boolean viewed) {
    buffersOut.add(segment);
    viewsOut |= viewed;
    return buffersOut.size() - 1;
  }

  /** Returns the buffer of this number, read-only. */
  MemorySegment buffer(int number) {
    if (number < 0 || number >= buffersIn.size()) {
      throw GraphException.withReason(
          "the bytes refer to buffer " + number + " of " + buffersIn.size());
    }
    return buffersIn.get(number).asReadOnly();
  }

  /**
   * Returns the buffer of this number for a value that copies it. All copies together are limited
   * to the size of all buffers; else a few bytes that name one buffer again and again would exhaust
   * memory.
   */
  MemorySegment bufferToCopy(int number) {
    MemorySegment buffer = buffer(number);
    if (buffer.byteSize() > copyBudgetBytes) {
      throw GraphException.withReason("the bytes refer to buffer " + number + " of "
          + buffer.byteSize() + " bytes more often than there are values of it");
    }
    copyBudgetBytes -= buffer.byteSize();
    return buffer;
  }

  /** Hands an external value over to the caller of the codec, once, and returns its number. */
  int addExternal(Object external) {
    Integer known = externalNumbers.putIfAbsent(external, externalsOut.size());
    if (known != null) {
      return known;
    }
    externalsOut.add(external);
    return externalsOut.size() - 1;
  }

  /** Returns the external value of this number. */
  Object external(int number) {
    if (number < 0 || number >= externalsIn.size()) {
      throw GraphException.withReason(
          "the bytes refer to external value " + number + " of " + externalsIn.size());
    }
    return externalsIn.get(number);
  }

  /** Runs a check after the whole graph has been read. */
  void validateLater(Runnable validation) {
    validations.add(validation);
  }

  /**
   * Begins an object that is written or read by hooks. Hooks take twice the stack, so each of their
   * levels counts twice towards the maximum depth.
   */
  void enterHooks() {
    hookDepth++;
    if (getDepth() + hookDepth > options.maxDepth()) {
      throw GraphException.tooDeep(options.maxDepth());
    }
  }

  /** Ends an object that is written or read by hooks. */
  void leaveHooks() {
    hookDepth--;
  }

  /** Reads a value that must not be null. */
  Object readNonNull(SegmentInput from) {
    Object value = readClassAndObject(from);
    if (value == null) {
      throw GraphException.withReason("null where a value is needed");
    }
    return value;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Registration getRegistration(Class type) {
    Registration known = classResolver.getRegistration(type);
    return known != null ? known : classResolver.registerOnDemand(type);
  }

  @Override
  public void writeClassAndObject(Output to, @Nullable Object value) {
    boolean replaced =
        !standIns.isEmpty() && value instanceof Throwable thrown && standIns.containsKey(thrown);
    super.writeClassAndObject(to, replaced ? standIns.get(value) : value);
  }
}
