package io.tradingengine.backup.core.postgres;

import java.util.Arrays;

/** A growing list of block numbers. Not safe for concurrent use. */
final class Blocks {
  private int[] numbers = new int[64];
  private int count;

  void add(int number) {
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, count * 2);
    }
    numbers[count++] = number;
  }

  int count() {
    return count;
  }

  void clear() {
    count = 0;
  }

  int[] toArray() {
    return Arrays.copyOf(numbers, count);
  }
}
