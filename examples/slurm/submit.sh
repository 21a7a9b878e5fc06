#!/bin/bash
# usage: submit.sh MODEL IMAGES RESULTS PARTS [OPTION OF SBATCH …]
#
#   ./submit.sh cells.brushfield plate masks 8 --partition=short --time=1:00:00
set -eu
model=$1 input=$2 output=$3 parts=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)

array=$(sbatch --parsable --array="1-$parts" "$@" "$here/segment.sbatch" "$model" "$input" "$output")
# afterany: whether every part is there is for merge to say.
merge=$(sbatch --parsable --dependency="afterany:${array%%;*}" "$@" "$here/merge.sbatch" "$output")
echo "Parts: job ${array%%;*}, merge: job ${merge%%;*}"
