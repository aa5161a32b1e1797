package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import java.io.ByteArrayInputStream;
import java.io.Serializable;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Test that values that cannot be encoded are rejected by the encoder, with the path that leads to
 * them.
 */
class GraphExceptionTest {
  private final Codec codec = Codec.create(CodecOptions.defaults());

  record Item(String name, Object socket) {}

  record Order(List<Item> items) {}

  static final class Holder {
    Object held;
    Map<Object, Object> map = new HashMap<>();

    Holder(Object held) {
      this.held = held;
    }
  }

  interface PlainFunction {
    int run();
  }

  interface SerializableFunction extends Serializable {
    int run();
  }

  private String messageFor(Object value) {
    try {
      codec.encode(value);
    } catch (CodecException refused) {
      return refused.getMessage();
    }
    throw new AssertionError("was encoded: " + value.getClass());
  }

  @Test
  void namesThePathToASocketInARecordInAList() throws Exception {
    try (Socket socket = new Socket()) {
      Order order = new Order(List.of(new Item("a", 1), new Item("b", socket)));

      assertThat(messageFor(order))
          .isEqualTo(
              "Cannot encode Order.items[1].socket (java.net.Socket): "
                  + "a socket belongs to its process. Make the field transient, or pass what is needed to make it again");
    }
  }

  @Test
  void namesThePathThroughMapsArraysOptionalsAndHooks() {
    Thread thread = Thread.currentThread();
    Holder byKey = new Holder(null);
    byKey.map.put("main", thread);
    Holder inKey = new Holder(null);
    inKey.map.put(List.of(thread), 1);

    assertThat(messageFor(byKey))
        .startsWith("Cannot encode Holder.map[\"main\"] (java.lang.Thread): ");
    assertThat(messageFor(inKey))
        .startsWith("Cannot encode Holder.map.key[0][0] (java.lang.Thread): ");
    assertThat(messageFor(new Holder(new Object[] {1, Optional.of(thread)})))
        .startsWith("Cannot encode Holder.held[1] (java.lang.Thread): ");
    assertThat(messageFor(new TreeMap<>(Map.of("k", thread))))
        .startsWith("Cannot encode TreeMap[\"k\"] (java.lang.Thread): ");
    assertThat(messageFor(new Object[] {thread}))
        .startsWith("Cannot encode Object[][0] (java.lang.Thread): ");
    assertThat(messageFor(Map.entry("k", thread))).contains(".value (java.lang.Thread)");
  }

  @Test
  void namesACapturedValueOfALambda() {
    Thread thread = Thread.currentThread();
    SerializableFunction serializableFunction = () -> thread.isAlive() ? 1 : 0;

    assertThat(messageFor(serializableFunction))
        .startsWith(
            "Cannot encode GraphExceptionTest.namesACapturedValueOfALambda.lambda.captured[0] (java.lang.Thread): ");
  }

  @Test
  void explainsALambdaThatIsNotSerializable() {
    PlainFunction plainFunction = () -> 1;

    assertThat(messageFor(new Holder(plainFunction)))
        .startsWith("Cannot encode Holder.held (")
        .contains("a lambda or method reference that is not Serializable");
  }

  static Stream<Object> refused() throws Exception {
    return Stream.of(
        Thread.currentThread(),
        new Thread() {},
        new Socket(),
        new ByteArrayInputStream(new byte[0]),
        System.out,
        GraphExceptionTest.class.getClassLoader(),
        Executors.newSingleThreadExecutor(),
        new CountDownLatch(1),
        new CompletableFuture<>(),
        List.of(1).iterator(),
        Stream.of(1),
        ThreadLocal.withInitial(() -> 1),
        ProcessHandle.current(),
        String.class.getMethod("length"),
        new java.lang.ref.WeakReference<>("x"),
        Runtime.getRuntime());
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWhatBelongsToItsProcess(Object value) {
    assertThat(messageFor(value)).startsWith("Cannot encode ");
    assertThat(messageFor(new Holder(value))).startsWith("Cannot encode Holder.held (");
  }

  private static Object chain(int length) {
    Holder head = new Holder(null);
    for (int i = 1; i < length; i++) {
      head = new Holder(head);
    }
    return head;
  }

  @Test
  void refusesAGraphThatIsTooDeep() {
    assertThat(messageFor(chain(100_000)))
        .startsWith("Cannot encode Holder.held.held.held")
        .contains("steps")
        .contains("nested deeper than the codec's limit of " + CodecOptions.DEFAULT_MAX_DEPTH);
  }

  @Test
  void encodesAndDecodesAGraphJustBelowTheLimit() {
    Object chain = chain(CodecOptions.DEFAULT_MAX_DEPTH - 1);

    assertThat(codec.decode(codec.encode(chain))).isInstanceOf(Holder.class);
  }

  @Test
  void reportsAStackThatIsTooSmallForTheLimit() {
    Codec deep = Codec.create(CodecOptions.defaults().withMaxDepth(10_000_000));

    assertThatThrownBy(() -> deep.encode(chain(1_000_000)))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("nested deeper than this thread's stack allows");
  }

  @Test
  void refusesACollectionThatChangesWhileItIsEncoded() {
    List<Object> list = new ArrayList<>();
    list.add(new java.io.Externalizable() {
      @Override
      public void writeExternal(java.io.ObjectOutput out) {}

      @Override
      public void readExternal(java.io.ObjectInput in) {}
    });

    assertThat(messageFor(list)).contains("public constructor without parameters");
  }

  @Test
  void reportsWhatAHookOfTheUserThrows() {
    final class ThrowingHook implements Serializable {
      private void writeObject(java.io.ObjectOutputStream out) {
        throw new IllegalStateException("not today");
      }
    }

    assertThatThrownBy(() -> codec.encode(new Holder(new ThrowingHook())))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("Holder.held (")
        .hasMessageContaining("not today")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void worksAfterAFailure() {
    messageFor(new Holder(Thread.currentThread()));

    assertThat(codec.decode(codec.encode(List.of(1, 2)))).isEqualTo(List.of(1, 2));
  }
}
