package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Test of which values need no copy. */
class ImmutabilityAnalyzerTest {
  interface Ref {}

  private final Codec codec = Codec.create(CodecOptions.defaults().withExternalTypes(Ref.class));

  @Test
  void knowsValuesThatNeverChange() {
    assertThat(codec.isImmutable(null)).isTrue();
    List.of(
            1,
            "x",
            2.0,
            'c',
            true,
            SampleClasses.Fruit.APPLE,
            SampleClasses.Level.LOW,
            BigInteger.ONE,
            BigDecimal.TEN,
            new UUID(1, 2),
            Instant.EPOCH,
            ZonedDateTime.now(),
            String.class,
            new SampleClasses.Address("s", 1),
            new SampleClasses.Person("p", 1, new SampleClasses.Address("s", 1)),
            new SampleClasses.Box<>("x"),
            Optional.of(1),
            Optional.empty(),
            List.of(),
            List.of(1),
            List.of("a", new SampleClasses.Address("s", 2), 3),
            new SampleClasses.Box<>(Optional.of(List.of(new SampleClasses.Box<>(1)))))
        .forEach(value -> assertThat(codec.isImmutable(value)).as("%s", value).isTrue());
  }

  @Test
  void saysNoWhenInDoubt() {
    List<Object> selfish = new ArrayList<>();
    List.of(
            new int[0],
            new ArrayList<>(),
            new Date(),
            new SampleClasses.TaggedNumbers("t", new int[0]),
            new SampleClasses.Box<>(new ArrayList<>()),
            Optional.of(new StringBuilder()),
            List.of(1, new ArrayList<>()),
            Collections.unmodifiableList(selfish),
            IntStream.range(0, 1000).boxed().toList(),
            new Object(),
            new BigInteger("1") {},
            nested(100))
        .forEach(value ->
            assertThat(codec.isImmutable(value)).as("%s", value.getClass()).isFalse());
  }

  private static Object nested(int depth) {
    Object value = 1;
    for (int i = 0; i < depth; i++) {
      value = new SampleClasses.Box<>(value);
    }
    return value;
  }
}
