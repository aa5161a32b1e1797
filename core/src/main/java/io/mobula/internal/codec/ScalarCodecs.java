package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Codecs of the well-known classes whose values contain no other value. */
final class ScalarCodecs {
  private ScalarCodecs() {}

  static void addTo(List<RegisteredClass> table) {
    exact(
        table,
        UUID.class,
        ScalarCodecs::writeUuid,
        input -> new UUID(input.readLong(), input.readLong()));
    exact(table, URI.class, text(URI::toString), input -> URI.create(input.readString()));
    exact(table, Pattern.class, ScalarCodecs::writePattern, ScalarCodecs::readPattern);
    exact(table, OptionalInt.class, ScalarCodecs::writeInt, ScalarCodecs::readInt);
    exact(table, OptionalLong.class, ScalarCodecs::writeLong, ScalarCodecs::readLong);
    exact(table, OptionalDouble.class, ScalarCodecs::writeDouble, ScalarCodecs::readDouble);
    family(table, ZoneId.class, text(ZoneId::getId), input -> ZoneId.of(input.readString()));
    family(table, Charset.class, text(Charset::name), input -> Charset.forName(input.readString()));
    family(table, Path.class, ScalarCodecs::writePath, ScalarCodecs::readPath);
  }

  private static <T> void exact(
      List<RegisteredClass> table,
      Class<T> type,
      BiConsumer<Output, T> writer,
      Function<SegmentInput, T> reader) {
    table.add(new RegisteredClass(type, new ScalarCodec<>(writer, reader), false));
  }

  private static <T> void family(
      List<RegisteredClass> table,
      Class<T> type,
      BiConsumer<Output, T> writer,
      Function<SegmentInput, T> reader) {
    table.add(new RegisteredClass(type, new ScalarCodec<>(writer, reader), true));
  }

  private static <T> BiConsumer<Output, T> text(Function<T, String> toText) {
    return (output, value) -> output.writeString(toText.apply(value));
  }

  private static void writeUuid(Output output, UUID value) {
    output.writeLong(value.getMostSignificantBits());
    output.writeLong(value.getLeastSignificantBits());
  }

  private static void writePattern(Output output, Pattern value) {
    output.writeString(value.pattern());
    output.writeVarInt(value.flags(), true);
  }

  private static Pattern readPattern(SegmentInput input) {
    String pattern = input.readString();
    return Pattern.compile(pattern, input.readVarInt(true));
  }

  private static void writeInt(Output output, OptionalInt value) {
    output.writeBoolean(value.isPresent());
    value.ifPresent(output::writeInt);
  }

  private static OptionalInt readInt(SegmentInput input) {
    return input.readBoolean() ? OptionalInt.of(input.readInt()) : OptionalInt.empty();
  }

  private static void writeLong(Output output, OptionalLong value) {
    output.writeBoolean(value.isPresent());
    value.ifPresent(output::writeLong);
  }

  private static OptionalLong readLong(SegmentInput input) {
    return input.readBoolean() ? OptionalLong.of(input.readLong()) : OptionalLong.empty();
  }

  private static void writeDouble(Output output, OptionalDouble value) {
    output.writeBoolean(value.isPresent());
    value.ifPresent(output::writeDouble);
  }

  private static OptionalDouble readDouble(SegmentInput input) {
    return input.readBoolean() ? OptionalDouble.of(input.readDouble()) : OptionalDouble.empty();
  }

  /** Writes a path of the default file system as its text, unchanged; any other path as its URI. */
  @SuppressWarnings("ReferenceEquality") // there is one default file system
  private static void writePath(Output output, Path value) {
    boolean ordinary = value.getFileSystem() == FileSystems.getDefault();
    output.writeBoolean(ordinary);
    output.writeString(ordinary ? value.toString() : value.toUri().toString());
  }

  private static Path readPath(SegmentInput input) {
    return input.readBoolean()
        ? Path.of(input.readString())
        : Path.of(URI.create(input.readString()));
  }
}
