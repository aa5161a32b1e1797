package io.mobula.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.spi.RemoteFunction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Test of a part of a call in each form in which the call may hold it. */
class HeldPartTest {
  private static final RemoteFunction FUNCTION = arguments -> 1;

  /** Value in another process that a reader views, and that counts its discards. */
  private static final class RemoteValue implements ObjectContent.RemoteAccess {
    private int discarded;

    @Override
    public long bytes() {
      return 5_000;
    }

    @Override
    public NodeId holder() {
      return new NodeId(2);
    }

    @Override
    public CompletionStage<ObjectContent> fetch() {
      return new CompletableFuture<>();
    }

    @Override
    public boolean views() {
      return true;
    }

    @Override
    public void forget(ObjectContent stale) {}

    @Override
    public void bindTo(ObjectEntry entry) {}

    @Override
    public void discard() {
      discarded++;
    }
  }

  @Test
  void onlyAValueInMemoryIsViewed() {
    var content = new ObjectContent.RemoteValue(new RemoteValue());
    assertThat(HeldPart.viewedBytes(content)).isEqualTo(5_000);
    assertThat(HeldPart.viewedBytes(new ObjectContent.Immediate(1))).isZero();
    assertThat(HeldPart.viewedBytes(FUNCTION)).isZero();
  }

  @Test
  void aReleasedPartGivesUpItsValue() {
    var value = new RemoteValue();
    HeldPart.release(new ObjectContent.RemoteValue(value));
    HeldPart.release(FUNCTION);
    assertThat(value.discarded).isEqualTo(1);
  }

  @Test
  void aFunctionHeldAsItselfIsReadAsItself() throws Exception {
    assertThat(HeldPart.read(FUNCTION, null, null)).isSameAs(FUNCTION);
    assertThat(HeldPart.hasRefsInside(FUNCTION)).isFalse();
  }
}
