package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import org.jspecify.annotations.Nullable;

/**
 * Codec of a lambda or method reference by its descriptor: the class that it was written in, the
 * method that holds its code, and the captured values.
 *
 * <p>The encoding includes a hash of the class file of that class. The compiler numbers lambda
 * bodies, so the same name may be another body in another version of the class; the hash turns that
 * into an error instead of a call of the wrong code.
 */
final class LambdaCodec extends ContentFirstCodec<Object> {
  @Override
  void writeContent(GraphCodec graph, Output output, Object lambda) {
    SerializedLambda parts = LambdaSerialization.toSerializedLambda(lambda);
    Class<?> capturing = LambdaSerialization.capturingClass(lambda.getClass(), parts);
    graph.classResolver().requireAllowed(capturing);
    output.writeString(capturing.getName());
    output.writeLong(LambdaSerialization.hashOf(capturing));
    output.writeString(parts.getFunctionalInterfaceClass());
    output.writeString(parts.getFunctionalInterfaceMethodName());
    output.writeString(parts.getFunctionalInterfaceMethodSignature());
    output.writeByte(parts.getImplMethodKind());
    output.writeString(parts.getImplClass());
    output.writeString(parts.getImplMethodName());
    output.writeString(parts.getImplMethodSignature());
    output.writeString(parts.getInstantiatedMethodType());
    writeCaptured(graph, output, parts);
  }

  private static void writeCaptured(GraphCodec graph, Output output, SerializedLambda parts) {
    int count = parts.getCapturedArgCount();
    output.writeVarInt(count, true);
    for (int i = 0; i < count; i++) {
      try {
        graph.writeClassAndObject(output, parts.getCapturedArg(i));
      } catch (Throwable thrown) {
        throw GraphException.from(thrown)
            .addStep(i == 0 && capturesThis(parts) ? ".this" : ".captured[" + i + "]");
      }
    }
  }

  private static boolean capturesThis(SerializedLambda parts) {
    boolean isStatic = parts.getImplMethodKind() == MethodHandleInfo.REF_invokeStatic;
    return !isStatic && parts.getImplMethodName().startsWith("lambda$");
  }

  @Override
  Object read(GraphCodec graph, SegmentInput input, Class<?> type) {
    Class<?> capturing = graph.classResolver().find(input.readString());
    long hash = input.readLong();
    long here = LambdaSerialization.hashOf(capturing);
    if (hash != 0 && here != 0 && hash != here) {
      throw GraphException.withReason("a lambda was written in another version of "
          + capturing.getName() + " than the one here. Run the same build on both sides");
    }
    return LambdaSerialization.fromSerializedLambda(capturing, readParts(graph, input, capturing));
  }

  private static SerializedLambda readParts(
      GraphCodec graph, SegmentInput input, Class<?> capturing) {
    String interfaceClass = text(input);
    String interfaceMethod = text(input);
    String interfaceSignature = text(input);
    int kind = input.readByte();
    return new SerializedLambda(
        capturing,
        interfaceClass,
        interfaceMethod,
        interfaceSignature,
        kind,
        text(input),
        text(input),
        text(input),
        text(input),
        readCaptured(graph, input));
  }

  private static String text(SegmentInput input) {
    String text = input.readString();
    if (text == null) {
      throw GraphException.withReason("the bytes describe a lambda with a part missing");
    }
    return text;
  }

  private static @Nullable Object[] readCaptured(GraphCodec graph, SegmentInput input) {
    Object[] captured = new Object[input.readCount(1)];
    for (int i = 0; i < captured.length; i++) {
      captured[i] = graph.readClassAndObject(input);
    }
    return captured;
  }
}
