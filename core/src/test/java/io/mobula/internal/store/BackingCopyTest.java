package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.spi.SpillTarget;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class BackingCopyTest {
  private static final SpillTarget.SpilledObject DISK = new SpillTarget.SpilledObject() {
    @Override
    public long byteSize() {
      return 1;
    }

    @Override
    public void readInto(MemorySegment target) {
      target.fill((byte) 1);
    }

    @Override
    public void delete() {}
  };

  private static final RefetchSource SOURCE = new RefetchSource() {
    @Override
    public void onDropped() {}

    @Override
    public void fetch(MemorySegment target) {
      target.fill((byte) 2);
    }
  };

  private static int read(BackingCopy copy) {
    var array = new byte[1];
    copy.readInto(MemorySegment.ofArray(array));
    return array[0];
  }

  @Test
  void aValueInMemoryAloneHasNoCopy() {
    assertThat(BackingCopy.NONE.exists()).isFalse();
    assertThat(BackingCopy.NONE.withDisk(DISK).exists()).isTrue();
    assertThat(BackingCopy.NONE.withSource(SOURCE).exists()).isTrue();
  }

  @Test
  void theDiskComesBeforeTheSource() {
    assertThat(read(BackingCopy.NONE.withDisk(DISK))).isEqualTo(1);
    assertThat(read(BackingCopy.NONE.withSource(SOURCE))).isEqualTo(2);
    assertThat(read(BackingCopy.NONE.withSource(SOURCE).withDisk(DISK))).isEqualTo(1);
    assertThat(read(BackingCopy.NONE.withDisk(DISK).withSource(SOURCE))).isEqualTo(1);
  }
}
