<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About GPEN Desktop</source>
        <translation>关于 GPEN Desktop</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Libraries</source>
        <translation>程序库</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Restores old and blurry photos of people, entirely on your own computer. Nothing leaves it.</source>
        <translation>修复老旧、模糊的人物照片，全程在这台电脑上完成，不上传任何内容。</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>imported by hand</source>
        <translation>手动导入</translation>
    </message>
    <message>
        <source>this program</source>
        <translation>随程序提供</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>{name}: {value}</source>
        <translation>{name}：{value}</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>Open photos…</source>
        <translation>打开照片…</translation>
    </message>
    <message>
        <source>Open a folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Export all…</source>
        <translation>全部导出…</translation>
    </message>
    <message>
        <source>Copy the result</source>
        <translation>复制修复结果</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>在文件管理器中显示</translation>
    </message>
    <message>
        <source>Remove from the album</source>
        <translation>从相册中移除</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Only the photo as it was; hold the space bar to see it for a moment</source>
        <translation>只看修复前；按住空格键可暂时查看</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>分割对比</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排对比</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>修复前</translation>
    </message>
    <message>
        <source>Continue restoring</source>
        <translation>继续修复</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合窗口</translation>
    </message>
    <message>
        <source>After</source>
        <translation>修复后</translation>
    </message>
    <message>
        <source>Only the restored photo</source>
        <translation>只看修复后</translation>
    </message>
    <message>
        <source>Compare models</source>
        <translation>比较模型</translation>
    </message>
    <message>
        <source>What two models make of the faces, at the sides of the line</source>
        <translation>在分隔线两侧比较两个模型修复人脸的效果</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>One pixel of the photo on one of the screen</source>
        <translation>照片的一个像素对应屏幕的一个像素</translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation>下一张照片</translation>
    </message>
    <message>
        <source>Previous photo</source>
        <translation>上一张照片</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>向左旋转</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>向右旋转</translation>
    </message>
    <message>
        <source>Crop and straighten</source>
        <translation>裁剪与拉直</translation>
    </message>
    <message>
        <source>Copy adjustments</source>
        <translation>复制调整</translation>
    </message>
    <message>
        <source>Paste adjustments</source>
        <translation>粘贴调整</translation>
    </message>
    <message>
        <source>Apply to all photos</source>
        <translation>应用到所有照片</translation>
    </message>
    <message>
        <source>Select all photos</source>
        <translation>选择所有照片</translation>
    </message>
    <message>
        <source>Next face</source>
        <translation>下一张人脸</translation>
    </message>
    <message>
        <source>Previous face</source>
        <translation>上一张人脸</translation>
    </message>
    <message>
        <source>Turn the face on or off</source>
        <translation>启用或停用这张人脸</translation>
    </message>
    <message>
        <source>Add a missed face</source>
        <translation>添加漏检的人脸</translation>
    </message>
    <message>
        <source>Correct the points</source>
        <translation>校正关键点</translation>
    </message>
    <message>
        <source>Not a face: remove</source>
        <translation>不是人脸，移除</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Adjustments</source>
        <translation>调整</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>About GPEN Desktop</source>
        <translation>关于 GPEN Desktop</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>人脸</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Hold to see before</source>
        <translation>按住查看修复前</translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation>移动分隔线</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>移动照片</translation>
    </message>
</context>
<context>
    <name>AdjustPanel</name>
    <message>
        <source>Adjustments</source>
        <translation>调整</translation>
    </message>
    <message>
        <source>Give every photo these adjustments. Each keeps its own choice of faces.</source>
        <translation>将当前调整用于所有照片；各照片的人脸选择保持不变。</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>人脸</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>整张照片</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>Apply to all photos</source>
        <translation>应用到所有照片</translation>
    </message>
</context>
<context>
    <name>AlbumController</name>
    <message>
        <source>Turn</source>
        <translation>旋转</translation>
    </message>
</context>
<context>
    <name>AlbumFilter</name>
    <message>
        <source>Choose which photos are shown</source>
        <translation>选择显示哪些照片</translation>
    </message>
    <message>
        <source>Shown: {name}</source>
        <translation>显示：{name}</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
</context>
<context>
    <name>AlbumModel</name>
    <message>
        <source>{status}, exported</source>
        <translation>{status}，已导出</translation>
    </message>
</context>
<context>
    <name>AlbumView</name>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
</context>
<context>
    <name>ApplicationController</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>BrushBar</name>
    <message>
        <source>Show and brush damage</source>
        <translation>显示并涂抹损伤</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>What is red is filled in.</source>
        <translation>红色部分会被填补。</translation>
    </message>
    <message>
        <source>What is blue waits for your yes.</source>
        <translation>蓝色部分等您确认后填补。</translation>
    </message>
    <message>
        <source>Keys: [ ] size, E erase, Esc end.</source>
        <translation>按键：[ ] 调整大小，E 擦除，Esc 结束。</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>ClosingQuestion</name>
    <message>
        <source>Photos are still being exported.</source>
        <translation>照片仍在导出。</translation>
    </message>
    <message numerus="yes">
        <source>Restored photos not exported yet: %n</source>
        <translation>
            <numerusform>有 %n 张修复后的照片尚未导出</numerusform>
        </translation>
    </message>
    <message>
        <source>Photos are still being restored.</source>
        <translation>照片仍在修复。</translation>
    </message>
    <message>
        <source>Stop and close</source>
        <translation>停止并关闭</translation>
    </message>
    <message>
        <source>Keep working</source>
        <translation>继续处理</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>留下</translation>
    </message>
    <message>
        <source>Close without exporting</source>
        <translation>不导出，直接关闭</translation>
    </message>
    <message>
        <source>Export, then close…</source>
        <translation>导出后关闭…</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Photo, before and after</source>
        <translation>照片，修复前与修复后</translation>
    </message>
    <message>
        <source>Left and right arrow keys move the divider; with Ctrl held, arrow keys move the photo.</source>
        <translation>左右方向键移动分隔线；按住 Ctrl 时，方向键移动照片。</translation>
    </message>
</context>
<context>
    <name>ComparisonBar</name>
    <message>
        <source>Before</source>
        <translation>修复前</translation>
    </message>
    <message>
        <source>Left: compared</source>
        <translation>左侧：用于比较</translation>
    </message>
    <message>
        <source>Right: compared</source>
        <translation>右侧：用于比较</translation>
    </message>
    <message>
        <source>Restoring…</source>
        <translation>正在修复…</translation>
    </message>
    <message>
        <source>Stop comparing</source>
        <translation>结束比较</translation>
    </message>
</context>
<context>
    <name>CrashReport</name>
    <message>
        <source>Crash report</source>
        <translation>错误报告</translation>
    </message>
    <message>
        <source>None of this was sent anywhere. To get help, copy it into a report of your own. It can contain names of files and folders.</source>
        <translation>这些内容没有发送到任何地方。如需帮助，请复制后自行发送；其中可能包含文件名和文件夹名。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>CropController</name>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
</context>
<context>
    <name>CropSection</name>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>{dpi} dots per inch when printed at that size.</source>
        <translation>按此尺寸打印时，每英寸 {dpi} 点。</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>向左</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>向右</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>向左旋转</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>向右旋转</translation>
    </message>
    <message>
        <source>Straighten</source>
        <translation>拉直</translation>
    </message>
    <message>
        <source>The corners that this would leave empty are cut off.</source>
        <translation>因此空出的四角会被裁掉。</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>{short} × {long} cm</source>
        <translation>{short} × {long} 厘米</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原始比例</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>自由</translation>
    </message>
    <message>
        <source>Square</source>
        <translation>方形</translation>
    </message>
    <message>
        <source>Upright or lying</source>
        <translation>横竖互换</translation>
    </message>
    <message>
        <source>Choose the part of the photo that is kept. Enter takes it, Escape gives up.</source>
        <translation>选定照片中要保留的部分。按 Enter 确认，按 Esc 放弃。</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>整张照片</translation>
    </message>
</context>
<context>
    <name>DamageController</name>
    <message>
        <source>Repair damage</source>
        <translation>修补损伤</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
</context>
<context>
    <name>DraftController</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>The result is on the clipboard.</source>
        <translation>修复结果已复制到剪贴板。</translation>
    </message>
    <message>
        <source>The result is ready now: drag it out again.</source>
        <translation>结果已准备好，请再拖一次。</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message>
        <source>Drop to add to the album</source>
        <translation>松开即可加入相册</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Drop photos or a folder here</source>
        <translation>将照片或文件夹拖到这里</translation>
    </message>
    <message>
        <source>Open photos…</source>
        <translation>打开照片…</translation>
    </message>
    <message>
        <source>Open a folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Everything stays on this computer.</source>
        <translation>所有内容都只留在这台电脑上。</translation>
    </message>
    <message>
        <source>Or try one of these</source>
        <translation>或试试这些示例</translation>
    </message>
    <message>
        <source>Sample photo {number}</source>
        <translation>示例照片 {number}</translation>
    </message>
    <message>
        <source>Open the photos of before ({count})</source>
        <translation>打开上次的照片（{count} 张）</translation>
    </message>
    <message>
        <source>Open the photos of yesterday ({count})</source>
        <translation>打开昨天的照片（{count} 张）</translation>
    </message>
    <message>
        <source>Open the photos of {day} ({count})</source>
        <translation>打开 {day} 的照片（{count} 张）</translation>
    </message>
</context>
<context>
    <name>ExportController</name>
    <message>
        <source>This photo</source>
        <translation>这张照片</translation>
    </message>
    <message>
        <source>Selected ({count})</source>
        <translation>已选（{count}）</translation>
    </message>
    <message>
        <source>All ({count})</source>
        <translation>全部（{count}）</translation>
    </message>
    <message>
        <source>Not exported yet ({count})</source>
        <translation>尚未导出（{count}）</translation>
    </message>
    <message>
        <source>The folder does not answer. Nothing was exported.</source>
        <translation>该文件夹没有响应，未导出任何照片。</translation>
    </message>
    <message>
        <source>Cancel export</source>
        <translation>取消导出</translation>
    </message>
    <message>
        <source>Your quota on the disk {name} is used up</source>
        <translation>您在磁盘“{name}”上的配额已用完</translation>
    </message>
    <message>
        <source>Your disk quota is used up</source>
        <translation>您的磁盘配额已用完</translation>
    </message>
    <message>
        <source>The disk {name} is full</source>
        <translation>磁盘“{name}”已满</translation>
    </message>
    <message>
        <source>The system disk is full</source>
        <translation>系统盘已满</translation>
    </message>
    <message>
        <source>{disk}: {size} must be free. The export goes on by itself once there is room.</source>
        <translation>{disk}：需要 {size} 可用空间。腾出空间后，导出会自动继续。</translation>
    </message>
    <message>
        <source>Exported to {path}.</source>
        <translation>已导出到 {path}。</translation>
    </message>
    <message>
        <source>{count} photos exported into the folder {folder}.</source>
        <translation>已将 {count} 张照片导出到文件夹 {folder}。</translation>
    </message>
    <message>
        <source>{count} photos exported into {folders} folders.</source>
        <translation>已将 {count} 张照片导出到 {folders} 个文件夹。</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Open report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <source>Putting the report together…</source>
        <translation>正在生成报告…</translation>
    </message>
    <message>
        <source>{count} photos were not exported.</source>
        <translation>{count} 张照片未能导出。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Export elsewhere…</source>
        <translation>导出到别处…</translation>
    </message>
    <message>
        <source>Not written ({count})</source>
        <translation>未写入（{count}）</translation>
    </message>
    <message>
        <source>{name} was skipped: a file of that name exists.</source>
        <translation>已跳过 {name}：已有同名文件。</translation>
    </message>
    <message>
        <source>{count} photos were skipped: files of their names exist.</source>
        <translation>已跳过 {count} 张照片：同名文件已存在。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>One folder</source>
        <translation>同一文件夹</translation>
    </message>
    <message>
        <source>Beside the originals</source>
        <translation>原照片旁边</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>If the file exists</source>
        <translation>文件已存在时</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Only photos that changed; leave out {count}</source>
        <translation>只导出有变化的照片，略去 {count} 张</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>请选择文件夹。</translation>
    </message>
    <message>
        <source>The folder does not answer. Choose another.</source>
        <translation>该文件夹没有响应。请另选一个。</translation>
    </message>
    <message>
        <source>Will be saved as {path}</source>
        <translation>将保存为 {path}</translation>
    </message>
    <message>
        <source>their own folders</source>
        <translation>各自的文件夹</translation>
    </message>
    <message>
        <source>{count} files, {first} to {last}, in {place}</source>
        <translation>{count} 个文件，从 {first} 到 {last}，位于 {place}</translation>
    </message>
    <message>
        <source>Left out, as files of their names exist: {count}</source>
        <translation>因已有同名文件而略去：{count} 张</translation>
    </message>
    <message>
        <source>Copied as they are, since nothing changed: {count}</source>
        <translation>没有变化、原样复制：{count} 张</translation>
    </message>
    <message>
        <source>Enlarged to {width} × {height} pixels ({mp} megapixels); takes up to {size} GB of memory</source>
        <translation>放大到 {width} × {height} 像素（{mp} 百万像素），最多占用 {size} GB 内存</translation>
    </message>
    <message>
        <source>Only {size} GB are free: enlarge it less.</source>
        <translation>可用内存仅 {size} GB，请减小放大倍数。</translation>
    </message>
</context>
<context>
    <name>FaceController</name>
    <message>
        <source>Turn a face on or off</source>
        <translation>启用或停用人脸</translation>
    </message>
    <message>
        <source>Draw a box around the face, from forehead to chin.</source>
        <translation>框出人脸，从额头到下巴。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Remove a face</source>
        <translation>移除人脸</translation>
    </message>
    <message>
        <source>Drag the five points onto the eyes, the tip of the nose and the corners of the mouth.</source>
        <translation>将五个点拖到双眼、鼻尖和两侧嘴角。</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Correct a face</source>
        <translation>校正人脸</translation>
    </message>
    <message>
        <source>Add a face</source>
        <translation>添加人脸</translation>
    </message>
    <message>
        <source>Leave this face as it is</source>
        <translation>这张人脸保持原样</translation>
    </message>
    <message>
        <source>Restore this face</source>
        <translation>修复这张人脸</translation>
    </message>
    <message>
        <source>Correct the points</source>
        <translation>校正关键点</translation>
    </message>
    <message>
        <source>Not a face: remove</source>
        <translation>不是人脸，移除</translation>
    </message>
    <message>
        <source>Add a missed face</source>
        <translation>添加漏检的人脸</translation>
    </message>
</context>
<context>
    <name>FaceStrip</name>
    <message>
        <source>Face {number} changed too much</source>
        <translation>人脸 {number} 改变过大</translation>
    </message>
    <message>
        <source>Face {number}</source>
        <translation>人脸 {number}</translation>
    </message>
    <message>
        <source>Faces, before and after</source>
        <translation>人脸，修复前与修复后</translation>
    </message>
</context>
<context>
    <name>FacesSection</name>
    <message>
        <source>Face {number}</source>
        <translation>人脸 {number}</translation>
    </message>
    <message>
        <source>No faces found yet</source>
        <translation>尚未检测到人脸</translation>
    </message>
    <message>
        <source>No faces found</source>
        <translation>未检测到人脸</translation>
    </message>
    <message>
        <source>Faces found: {count}</source>
        <translation>找到 {count} 张人脸</translation>
    </message>
    <message>
        <source>{count} already sharp</source>
        <translation>{count} 张本来就清晰</translation>
    </message>
    <message>
        <source>{count} too small</source>
        <translation>{count} 张太小</translation>
    </message>
    <message>
        <source>{count} blended back</source>
        <translation>{count} 张部分还原</translation>
    </message>
    <message>
        <source>{count} changed too much</source>
        <translation>{count} 张改变过大</translation>
    </message>
    <message>
        <source>{count} off</source>
        <translation>{count} 张已关闭</translation>
    </message>
    <message>
        <source>{count} of {all} restored</source>
        <translation>{all} 张人脸中已修复 {count} 张</translation>
    </message>
    <message>
        <source>All faces removed</source>
        <translation>人脸已全部移除</translation>
    </message>
    <message>
        <source>Restored.</source>
        <translation>已修复。</translation>
    </message>
    <message>
        <source>Already sharp, so it stays as it is.</source>
        <translation>本已清晰，保持原样。</translation>
    </message>
    <message>
        <source>Smaller than the smallest face set below.</source>
        <translation>小于下方设定的最小人脸。</translation>
    </message>
    <message>
        <source>It changed too much, so it is blended in only as far as it stays itself.</source>
        <translation>改变过大，仅在仍像本人的范围内融合。</translation>
    </message>
    <message>
        <source>It changed too much, so it stays as it was.</source>
        <translation>改变过大，保持原样。</translation>
    </message>
    <message>
        <source>Off: it stays as it is.</source>
        <translation>已关闭，保持原样。</translation>
    </message>
    <message>
        <source>Its strength is 0, so it stays as it is.</source>
        <translation>强度为 0，保持原样。</translation>
    </message>
    <message>
        <source>Being restored.</source>
        <translation>正在修复。</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>人脸</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>仅最大</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
    <message>
        <source>Restore every face</source>
        <translation>修复每一张人脸</translation>
    </message>
    <message>
        <source>Restore the largest face only</source>
        <translation>只修复最大的一张人脸</translation>
    </message>
    <message>
        <source>Restore no face; turn them on one by one</source>
        <translation>先不修复，再逐张启用</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Own strength</source>
        <translation>单独强度</translation>
    </message>
    <message>
        <source>Strength of this face; double-click for the photo&apos;s own.</source>
        <translation>这张人脸的修复强度；双击恢复为照片的设置。</translation>
    </message>
    <message>
        <source>Add a missed face</source>
        <translation>添加漏检的人脸</translation>
    </message>
    <message>
        <source>Draw a box around a face that was not found.</source>
        <translation>框出没有检测到的人脸。</translation>
    </message>
    <message>
        <source>Previous face</source>
        <translation>上一张人脸</translation>
    </message>
    <message>
        <source>Next face</source>
        <translation>下一张人脸</translation>
    </message>
    <message>
        <source>Correct the points</source>
        <translation>校正关键点</translation>
    </message>
    <message>
        <source>Not a face: remove</source>
        <translation>不是人脸，移除</translation>
    </message>
    <message>
        <source>Choose faces</source>
        <translation>选择人脸</translation>
    </message>
    <message>
        <source>Turn a face on or off</source>
        <translation>启用或停用人脸</translation>
    </message>
    <message>
        <source>Strength of a face</source>
        <translation>人脸修复强度</translation>
    </message>
</context>
<context>
    <name>HistoryActions</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Undo: {step}</source>
        <translation>撤销：{step}</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Redo: {step}</source>
        <translation>重做：{step}</translation>
    </message>
</context>
<context>
    <name>ImportController</name>
    <message>
        <source>Open photos</source>
        <translation>打开照片</translation>
    </message>
    <message>
        <source>Open a folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>There is no photo on the clipboard.</source>
        <translation>剪贴板中没有照片。</translation>
    </message>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>另有 %n 个文件夹也无法读取。</numerusform>
        </translation>
    </message>
    <message>
        <source>Could not look into {name}: the disk does not answer.</source>
        <translation>无法查看“{name}”：磁盘没有响应。</translation>
    </message>
</context>
<context>
    <name>LookController</name>
    <message>
        <source>Apply to all photos</source>
        <translation>应用到所有照片</translation>
    </message>
    <message>
        <source>Paste adjustments</source>
        <translation>粘贴调整</translation>
    </message>
    <message>
        <source>Nothing to change: they look alike already.</source>
        <translation>没有可更改的：这些照片的调整已经一致。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Applied to one photo.</source>
        <translation>已应用到 1 张照片。</translation>
    </message>
    <message>
        <source>Applied to {count} photos.</source>
        <translation>已应用到 {count} 张照片。</translation>
    </message>
</context>
<context>
    <name>MainToolBar</name>
    <message>
        <source>Clear this list</source>
        <translation>清空列表</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Recent photos</source>
        <translation>最近的照片</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Settings and more</source>
        <translation>设置与更多</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Built in</source>
        <translation>内置</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>已验证</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Unverified</source>
        <translation>未验证</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>已损坏</translation>
    </message>
    <message>
        <source>Not installed</source>
        <translation>未安装</translation>
    </message>
    <message>
        <source>{percent} % fetched</source>
        <translation>已下载 {percent} %</translation>
    </message>
    <message>
        <source>Being fetched</source>
        <translation>下载中</translation>
    </message>
    <message>
        <source>The file is not the one known by this name. Remove it and get it again.</source>
        <translation>此文件与同名的正式文件不一致，请移除后重新获取。</translation>
    </message>
    <message>
        <source>No trusted fingerprint of this file is known, so it cannot be checked.</source>
        <translation>没有可信的校验值可供比对，因此无法验证此文件。</translation>
    </message>
    <message>
        <source>No trusted fingerprint of this file is known, so it is not offered for download. Get it from its source and import it here.</source>
        <translation>尚无此文件的可信校验值，因此不提供下载。请从来源处获取后在此导入。</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Face size</source>
        <translation>人脸尺寸</translation>
    </message>
    <message>
        <source>{side} pixels</source>
        <translation>{side} 像素</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>this program</source>
        <translation>随程序提供</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>约 {size}</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>校验值</translation>
    </message>
    <message>
        <source>Stated by</source>
        <translation>校验值来源</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Use for the whole photo</source>
        <translation>用于整张照片</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Use for restoring</source>
        <translation>用于修复</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制下载地址</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>获取</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ModelControl</name>
    <message>
        <source>Get a model…</source>
        <translation>获取模型…</translation>
    </message>
    <message>
        <source>Fidelity</source>
        <translation>保真度</translation>
    </message>
    <message>
        <source>Low gives the clearest face, high the one closest to the photo.</source>
        <translation>数值低则人脸最清晰，数值高则最接近原照片。</translation>
    </message>
    <message>
        <source>Denoise</source>
        <translation>降噪</translation>
    </message>
    <message>
        <source>How much noise goes; below 100 % the model&apos;s partner is needed.</source>
        <translation>去除多少噪点；低于 100 % 时需要该模型的搭档模型。</translation>
    </message>
</context>
<context>
    <name>ModelNotifications</name>
    <message>
        <source>For the strongest result, get {title} ({size}). {licence}</source>
        <translation>想要最强的修复效果，可获取 {title}（{size}）。{licence}</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>获取</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>不再提示</translation>
    </message>
    <message>
        <source>Getting {title}: {percent} %</source>
        <translation>正在获取 {title}：{percent} %</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>{title} is here and verified.</source>
        <translation>{title} 已就绪，并通过校验。</translation>
    </message>
    <message>
        <source>{title} is not fetched any further; what is here of it is kept for the next time.</source>
        <translation>已停止获取 {title}；已下载的部分会保留，下次继续。</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Import file…</source>
        <translation>导入文件…</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Face restoration</source>
        <translation>人脸修复</translation>
    </message>
    <message>
        <source>Face colouring</source>
        <translation>人脸上色</translation>
    </message>
    <message>
        <source>Filling holes in faces</source>
        <translation>填补人脸缺损</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>整张照片</translation>
    </message>
    <message>
        <source>Whole photo, same size</source>
        <translation>整张照片（不放大）</translation>
    </message>
    <message>
        <source>Photo colouring</source>
        <translation>照片上色</translation>
    </message>
    <message>
        <source>Filling holes in photos</source>
        <translation>填补照片缺损</translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation>人脸检测</translation>
    </message>
    <message>
        <source>Face areas</source>
        <translation>面部分区</translation>
    </message>
    <message>
        <source>Landmarks</source>
        <translation>关键点</translation>
    </message>
    <message>
        <source>It cannot be verified that {file} is what its name says. Opening it runs no code, but the faces it gives may be poor.</source>
        <translation>无法验证 {file} 是否名副其实。打开它不会运行任何代码，但修复效果可能不佳。</translation>
    </message>
    <message>
        <source>Address copied. Download the file with a browser, then import it here.</source>
        <translation>下载地址已复制。请用浏览器下载，再在这里导入。</translation>
    </message>
    <message>
        <source>{licence} {size} are fetched from {source}.</source>
        <translation>{licence}将从 {source} 下载 {size}。</translation>
    </message>
    <message>
        <source>Agree and get</source>
        <translation>同意并获取</translation>
    </message>
    <message>
        <source>What is here of it is kept for the next time.</source>
        <translation>已下载的部分会保留，下次继续。</translation>
    </message>
    <message>
        <source>{title} was imported and verified.</source>
        <translation>{title} 已导入，并通过验证。</translation>
    </message>
    <message>
        <source>{title} was imported, but cannot be verified: no trusted fingerprint of it is known.</source>
        <translation>{title} 已导入，但无法验证：没有可信的校验值可供比对。</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>仍要使用</translation>
    </message>
    <message>
        <source>Remove {title} ({size}) from this computer?</source>
        <translation>要从这台电脑上移除 {title}（{size}）吗？</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Import weights</source>
        <translation>导入模型文件</translation>
    </message>
    <message>
        <source>Weights ({endings})</source>
        <translation>模型文件 ({endings})</translation>
    </message>
    <message>
        <source>Importing…</source>
        <translation>正在导入…</translation>
    </message>
</context>
<context>
    <name>NotificationStrip</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>还有 %n 条</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PhotoNotifications</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Draw again</source>
        <translation>重新框选</translation>
    </message>
    <message>
        <source>Add a face</source>
        <translation>添加人脸</translation>
    </message>
    <message>
        <source>No faces found in this photo.</source>
        <translation>这张照片中没有检测到人脸。</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>向右旋转</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>向左旋转</translation>
    </message>
    <message>
        <source>Turn by 180°</source>
        <translation>旋转 180°</translation>
    </message>
    <message>
        <source>This photo seems to lie on its side: faces are found once it is turned.</source>
        <translation>这张照片似乎是横放的：旋转后可以找到人脸。</translation>
    </message>
    <message>
        <source>{counts}.</source>
        <translation>{counts}。</translation>
    </message>
    <message>
        <source>Export all…</source>
        <translation>全部导出…</translation>
    </message>
    <message>
        <source>Show the damaged</source>
        <translation>只看有损伤的</translation>
    </message>
    <message>
        <source>Repair the damaged</source>
        <translation>修补有损伤的</translation>
    </message>
    <message>
        <source>Show the failed</source>
        <translation>查看失败的照片</translation>
    </message>
    <message numerus="yes">
        <source>%n with scratches or dust.</source>
        <translation>
            <numerusform>%n 张有划痕或灰尘。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Preset</name>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Faces only</source>
        <translation>仅人脸</translation>
    </message>
    <message>
        <source>Old print</source>
        <translation>老照片</translation>
    </message>
    <message>
        <source>Faded colour print</source>
        <translation>褪色彩照</translation>
    </message>
    <message>
        <source>Newspaper</source>
        <translation>报纸</translation>
    </message>
    <message>
        <source>Night shot</source>
        <translation>夜景</translation>
    </message>
</context>
<context>
    <name>PresetsSection</name>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Name of a new preset</source>
        <translation>新预设的名称</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save these adjustments as your own preset.</source>
        <translation>将当前调整保存为自己的预设。</translation>
    </message>
    <message>
        <source>Preset {name}</source>
        <translation>预设“{name}”</translation>
    </message>
    <message>
        <source>Remove preset</source>
        <translation>移除预设</translation>
    </message>
</context>
<context>
    <name>ProgramNotifications</name>
    <message>
        <source>The program ended unexpectedly last time. The report stays on this computer.</source>
        <translation>程序上次意外退出。错误报告只保存在这台电脑上。</translation>
    </message>
    <message>
        <source>Show report</source>
        <translation>查看报告</translation>
    </message>
    <message>
        <source>Some settings could not be read and were reset. The old ones are kept in {file}.</source>
        <translation>部分设置无法读取，已恢复默认值。原设置保存在 {file}。</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Something unexpected went wrong. The program goes on; the report stays on this computer.</source>
        <translation>出现意外错误，程序会继续运行；报告只保存在这台电脑上。</translation>
    </message>
</context>
<context>
    <name>SeenChips</name>
    <message>
        <source>Scratches</source>
        <translation>划痕</translation>
    </message>
    <message>
        <source>Dust</source>
        <translation>灰尘</translation>
    </message>
    <message>
        <source>Small: enlarged {times}×</source>
        <translation>尺寸小：放大 {times} 倍</translation>
    </message>
    <message>
        <source>What was seen</source>
        <translation>照片状况</translation>
    </message>
    <message>
        <source>Nothing to repair</source>
        <translation>无需修复</translation>
    </message>
    <message>
        <source>Has fewer pixels than a screen shows; faces are restored at the larger size</source>
        <translation>像素比屏幕还少；放大后再修复人脸，更清晰</translation>
    </message>
    <message>
        <source>Looking at the photo…</source>
        <translation>正在查看照片…</translation>
    </message>
</context>
<context>
    <name>SeenController</name>
    <message>
        <source>It is enlarged when it is exported; here it is shown at its own size.</source>
        <translation>导出时会放大；这里仍按原尺寸显示。</translation>
    </message>
</context>
<context>
    <name>Segments</name>
    <message>
        <source>{name}: {choice}</source>
        <translation>{name}：{choice}</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings groups</source>
        <translation>设置分类</translation>
    </message>
    <message>
        <source>Reset this page</source>
        <translation>恢复本页默认值</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SideChips</name>
    <message>
        <source>After</source>
        <translation>修复后</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>修复前</translation>
    </message>
</context>
<context>
    <name>SizeFields</name>
    <message>
        <source>px</source>
        <translation>像素</translation>
    </message>
    <message>
        <source>px, {scale}×</source>
        <translation>像素，{scale}×</translation>
    </message>
    <message>
        <source>Type how many pixels you want; the other side follows.</source>
        <translation>输入想要的像素数，另一边会随之改变。</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高度</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>damaged?</source>
        <translation>有损伤？</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>being restored</source>
        <translation>正在修复</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>已修复</translation>
    </message>
    <message>
        <source>already good</source>
        <translation>本来就清晰</translation>
    </message>
    <message>
        <source>on its side</source>
        <translation>横放</translation>
    </message>
    <message>
        <source>no faces</source>
        <translation>没有人脸</translation>
    </message>
    <message>
        <source>left as it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>{count} restored</source>
        <translation>已修复 {count} 张</translation>
    </message>
    <message>
        <source>{count} already good</source>
        <translation>{count} 张本来就清晰</translation>
    </message>
    <message>
        <source>{count} lying sideways</source>
        <translation>{count} 张横放</translation>
    </message>
    <message>
        <source>{count} without faces</source>
        <translation>{count} 张没有人脸</translation>
    </message>
    <message>
        <source>{count} left alone</source>
        <translation>{count} 张保持原样</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} 张失败</translation>
    </message>
    <message>
        <source>{count} waiting</source>
        <translation>{count} 张等待中</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Waiting for room on the disk</source>
        <translation>等待磁盘腾出空间</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>正在导出</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>正在修复</translation>
    </message>
    <message>
        <source>Exporting {number} of {all}</source>
        <translation>正在导出 {number} / {all}</translation>
    </message>
    <message>
        <source>Restoring {number} of {all}</source>
        <translation>正在修复 {number} / {all}</translation>
    </message>
    <message>
        <source>{count} photos a minute</source>
        <translation>每分钟 {count} 张</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>不到 1 分钟</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>剩余 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{hours} h left</source>
        <translation>剩余 {hours} 小时</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{size} GB</source>
        <translation>{size} GB</translation>
    </message>
    <message>
        <source>Memory in use. The model is loaded with the first photo.</source>
        <translation>当前内存占用。模型在打开第一张照片时载入。</translation>
    </message>
    <message>
        <source>Faces are found by: {detector}</source>
        <translation>人脸检测：{detector}</translation>
    </message>
    <message>
        <source>Their parts are told apart by: {parser}</source>
        <translation>面部分区：{parser}</translation>
    </message>
</context>
<context>
    <name>UnreadablePage</name>
    <message>
        <source>Remove from the album</source>
        <translation>从相册中移除</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Try again once it can be read, or remove it from the album; the file itself stays.</source>
        <translation>等文件能读取后再试，或把它从相册中移除；文件本身不会被删除。</translation>
    </message>
</context>
<context>
    <name>WholePhoto</name>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>内置</translation>
    </message>
    <message>
        <source>No other model for filling is installed.</source>
        <translation>未安装其他填补模型。</translation>
    </message>
    <message>
        <source>No model for colours is installed.</source>
        <translation>未安装上色模型。</translation>
    </message>
    <message>
        <source>No model for backgrounds is installed.</source>
        <translation>未安装背景处理模型。</translation>
    </message>
    <message>
        <source>Filled by</source>
        <translation>填补模型</translation>
    </message>
    <message>
        <source>Coloured by</source>
        <translation>上色模型</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>This photo is in colour already.</source>
        <translation>这张照片本来就是彩色的。</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Remove from the album</source>
        <translation>从相册中移除</translation>
    </message>
</context>
<context>
    <name>_ChipButton</name>
    <message>
        <source>Press and hold to see the photo without it.</source>
        <translation>按住可查看不作此项处理的照片。</translation>
    </message>
    <message>
        <source>Press and hold to see where.</source>
        <translation>按住可查看位置。</translation>
    </message>
    <message>
        <source>{done}. {how}</source>
        <translation>{done}。{how}</translation>
    </message>
</context>
<context>
    <name>catalog</name>
    <message>
        <source>Built-in face restorer (256 px)</source>
        <translation>内置人脸修复模型（256 像素）</translation>
    </message>
    <message>
        <source>Our own training on public-domain portraits: takes away grain and blur, invents nothing.</source>
        <translation>由我们用公有领域肖像训练：去除颗粒与模糊，不凭空捏造。</translation>
    </message>
    <message>
        <source>Free for any use as long as its notice is kept (MIT).</source>
        <translation>保留声明即可自由用于任何用途（MIT）。</translation>
    </message>
    <message>
        <source>our own</source>
        <translation>我们自己</translation>
    </message>
    <message>
        <source>Built-in inventor of detail (256 px)</source>
        <translation>内置细节补全模型（256 像素）</translation>
    </message>
    <message>
        <source>Our own training: adds hair, lashes and skin as they may have been. Used by &apos;Invent detail&apos;.</source>
        <translation>自行训练：按可能的样子补上头发、睫毛和皮肤，供“补全细节”使用。</translation>
    </message>
    <message>
        <source>Built-in face detector</source>
        <translation>内置人脸检测器</translation>
    </message>
    <message>
        <source>Our own training on composed scenes, in facexlib&apos;s RetinaFace layout.</source>
        <translation>由我们用合成场景自行训练，采用 facexlib 的 RetinaFace 结构。</translation>
    </message>
    <message>
        <source>Built-in landmarks</source>
        <translation>内置关键点模型</translation>
    </message>
    <message>
        <source>Eyes, nose and mouth of a face that was found.</source>
        <translation>在找到的人脸上定位眼睛、鼻子和嘴。</translation>
    </message>
    <message>
        <source>Built-in photo cleaner</source>
        <translation>内置照片清理模型</translation>
    </message>
    <message>
        <source>Takes grain, noise and the traces of compression out of whole photos.</source>
        <translation>去除整张照片的颗粒、噪点和压缩痕迹。</translation>
    </message>
    <message>
        <source>Takes the traces of compression out of whole photos in which nothing else is to be cleaned.</source>
        <translation>去除整张照片的压缩痕迹，用于只有压缩痕迹、没有其他瑕疵的照片。</translation>
    </message>
    <message>
        <source>Built-in damage finder and filler</source>
        <translation>内置损伤查找与修补模型</translation>
    </message>
    <message>
        <source>Finds scratches, creases and tears in whole photos, and fills them.</source>
        <translation>找出整张照片上的划痕、折痕和撕裂并加以填补。</translation>
    </message>
    <message>
        <source>Built-in enlarger (2x)</source>
        <translation>内置放大模型（2 倍）</translation>
    </message>
    <message>
        <source>Enlarges whole photos to twice their size.</source>
        <translation>将整张照片放大到 2 倍。</translation>
    </message>
    <message>
        <source>Built-in enlarger (2x), for poor photos</source>
        <translation>内置放大模型（2 倍），用于画质较差的照片</translation>
    </message>
    <message>
        <source>GPEN 512</source>
        <translation>GPEN 512</translation>
    </message>
    <message>
        <source>a third party</source>
        <translation>第三方</translation>
    </message>
    <message>
        <source>Enlarges whole photos; the quickest, also without a graphics card.</source>
        <translation>放大整张照片；速度最快，没有显卡也适用。</translation>
    </message>
    <message>
        <source>Free for any use as long as its notice is kept (BSD 3-Clause).</source>
        <translation>保留声明即可自由用于任何用途（BSD 3-Clause）。</translation>
    </message>
    <message>
        <source>Real-ESRGAN general x4, keeps grain</source>
        <translation>Real-ESRGAN 通用 4 倍（保留颗粒）</translation>
    </message>
    <message>
        <source>Partner of the small one, which leaves noise where it is; mixed with it, it sets how much is taken away.</source>
        <translation>小型模型的搭档，保留噪点；两者混合可调节降噪程度。</translation>
    </message>
    <message>
        <source>OpenModelDB</source>
        <translation>OpenModelDB</translation>
    </message>
    <message>
        <source>Enlarges whole photos to twice their size with much detail; slow without a graphics card.</source>
        <translation>将整张照片放大到 2 倍，细节丰富；没有显卡时较慢。</translation>
    </message>
    <message>
        <source>Enlarges whole photos to four times their size with much detail; slow without a graphics card.</source>
        <translation>将整张照片放大到 4 倍，细节丰富；没有显卡时较慢。</translation>
    </message>
    <message>
        <source>Real-ESRGAN x4 for drawings</source>
        <translation>Real-ESRGAN 4 倍（绘画）</translation>
    </message>
    <message>
        <source>Enlarges drawings and cartoons.</source>
        <translation>放大绘画和卡通图像。</translation>
    </message>
    <message>
        <source>Real-ESRGAN x4 for cartoon films</source>
        <translation>Real-ESRGAN 4 倍（动画片）</translation>
    </message>
    <message>
        <source>Enlarges frames of cartoons, quick.</source>
        <translation>快速放大动画片画面。</translation>
    </message>
    <message>
        <source>DDColor</source>
        <translation>DDColor</translation>
    </message>
    <message>
        <source>Gives whole grey photos colour.</source>
        <translation>为整张黑白照片上色。</translation>
    </message>
    <message>
        <source>LaMa</source>
        <translation>LaMa</translation>
    </message>
    <message>
        <source>Finds faces that the built-in detector misses, profiles above all; slower. Used for every photo from then on.</source>
        <translation>能找到内置检测器漏掉的人脸，尤其是侧脸；速度较慢。安装后用于每张照片。</translation>
    </message>
    <message>
        <source>Tells skin, hair, glasses, mouth and hats apart, so that faces are laid in along their outlines. Used from then on.</source>
        <translation>分辨皮肤、头发、眼镜、嘴和帽子，使人脸沿着自身轮廓融入照片。安装后一直使用。</translation>
    </message>
    <message>
        <source>Free for any use as long as its notice is kept (MIT), but it was trained on faces that are for non-commercial use only.</source>
        <translation>保留声明即可自由用于任何用途（MIT），但其训练所用人脸仅限非商业用途。</translation>
    </message>
    <message>
        <source>GPEN 256</source>
        <translation>GPEN 256</translation>
    </message>
    <message>
        <source>Built-in cleaner for blocky photos</source>
        <translation>内置压缩痕迹清除模型</translation>
    </message>
    <message>
        <source>Enlarges what noise or traces of compression lie over, and takes them away.</source>
        <translation>将带有噪点或压缩痕迹的照片放大，并去除这些痕迹。</translation>
    </message>
    <message>
        <source>GPEN 1024</source>
        <translation>GPEN 1024</translation>
    </message>
    <message>
        <source>GPEN 2048</source>
        <translation>GPEN 2048</translation>
    </message>
    <message>
        <source>Natural faces with much detail; may drift from the likeness where the photo shows little.</source>
        <translation>人脸自然、细节丰富；照片信息太少时可能不像本人。</translation>
    </message>
    <message>
        <source>Free for any use as long as its notice is kept (Apache 2.0), but parts of it come from others and are for non-commercial use only.</source>
        <translation>保留声明即可自由用于任何用途（Apache 2.0），但其中部分来自他人，仅限非商业用途。</translation>
    </message>
    <message>
        <source>GFPGAN 1.3</source>
        <translation>GFPGAN 1.3</translation>
    </message>
    <message>
        <source>The version before 1.4: natural faces with a little less detail.</source>
        <translation>1.4 之前的版本：人脸自然，细节略少。</translation>
    </message>
    <message>
        <source>For blurry and noisy faces; worth comparing with GPEN and GFPGAN.</source>
        <translation>适合模糊、多噪点的人脸；值得与 GPEN 和 GFPGAN 比较。</translation>
    </message>
    <message>
        <source>Free for any use as long as its notice is kept (Apache 2.0).</source>
        <translation>保留声明即可自由用于任何用途（Apache 2.0）。</translation>
    </message>
    <message>
        <source>Makes a clear face of very little; may drift from the likeness, which its fidelity holds back.</source>
        <translation>信息极少也能得到清晰的人脸；可能不像本人，可用保真度约束。</translation>
    </message>
    <message>
        <source>Free for non-commercial use only (S-Lab License 1.0).</source>
        <translation>仅限非商业用途（S-Lab License 1.0）。</translation>
    </message>
    <message>
        <source>GPEN colourisation 1024</source>
        <translation>GPEN 上色 1024</translation>
    </message>
    <message>
        <source>Gives the faces of grey portraits colour, hair and collar with them.</source>
        <translation>为黑白人像的脸部上色，连同头发和衣领。</translation>
    </message>
    <message>
        <source>GPEN inpainting 1024</source>
        <translation>GPEN 修补 1024</translation>
    </message>
    <message>
        <source>Fills what is marked as damage in faces; the rest of the photo is left to the built-in one.</source>
        <translation>填补人脸上标记为破损的部分，其余部分仍用内置模型。</translation>
    </message>
    <message>
        <source>Fills what is marked as damage from its surroundings; for large holes and patterns.</source>
        <translation>根据周围内容填补标记的破损，适合大面积缺失和规则图案。</translation>
    </message>
    <message>
        <source>RetinaFace detector (ResNet-50)</source>
        <translation>RetinaFace 人脸检测 (ResNet-50)</translation>
    </message>
    <message>
        <source>RetinaFace detector (MobileNet 0.25)</source>
        <translation>RetinaFace 人脸检测 (MobileNet 0.25)</translation>
    </message>
    <message>
        <source>Quick, finds profiles too. Used for every photo from then on, unless the larger one is here too.</source>
        <translation>速度快，也能找到侧脸。安装后用于每张照片，除非还装有较大的那个。</translation>
    </message>
    <message>
        <source>ParseNet face parser</source>
        <translation>ParseNet 面部分区</translation>
    </message>
    <message>
        <source>Real-ESRGAN x2</source>
        <translation>Real-ESRGAN x2</translation>
    </message>
    <message>
        <source>Real-ESRGAN x4</source>
        <translation>Real-ESRGAN x4</translation>
    </message>
    <message>
        <source>Real-ESRGAN general x4 (small)</source>
        <translation>Real-ESRGAN 通用 x4（小型）</translation>
    </message>
    <message>
        <source>The strongest all-round choice for faces in old and blurry photos.</source>
        <translation>修复老旧、模糊照片中人脸的最强通用之选。</translation>
    </message>
    <message>
        <source>Free for non-commercial use only.</source>
        <translation>仅限非商业用途。</translation>
    </message>
    <message>
        <source>a public mirror&apos;s copy</source>
        <translation>公共镜像的副本</translation>
    </message>
    <message>
        <source>For small faces, quick.</source>
        <translation>适合小幅人脸，速度快。</translation>
    </message>
    <message>
        <source>For large faces.</source>
        <translation>适合大幅人脸。</translation>
    </message>
    <message>
        <source>For portraits that fill a large photo; slow.</source>
        <translation>适合占满大幅照片的肖像；较慢。</translation>
    </message>
    <message>
        <source>GFPGAN 1.4</source>
        <translation>GFPGAN 1.4</translation>
    </message>
    <message>
        <source>RestoreFormer</source>
        <translation>RestoreFormer</translation>
    </message>
    <message>
        <source>CodeFormer</source>
        <translation>CodeFormer</translation>
    </message>
</context>
<context>
    <name>lists</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>messages</name>
    <message>
        <source>&apos;gpen-desktop faces PHOTO&apos; shows the numbers.</source>
        <translation>用 &apos;gpen-desktop faces PHOTO&apos; 可查看编号。</translation>
    </message>
    <message>
        <source>&apos;gpen-desktop models list&apos; shows the models.</source>
        <translation>用 &apos;gpen-desktop models list&apos; 可查看所有模型。</translation>
    </message>
    <message>
        <source>&apos;{device}&apos; was requested</source>
        <translation>已指定“{device}”</translation>
    </message>
    <message>
        <source>&apos;{key}&apos; has shape {shape}</source>
        <translation>“{key}”的形状为 {shape}</translation>
    </message>
    <message>
        <source>&apos;{key}&apos; has shape {shape} where {expected} was expected</source>
        <translation>“{key}”的形状为 {shape}，应为 {expected}</translation>
    </message>
    <message>
        <source>&apos;{key}&apos; holds numbers that are not finite</source>
        <translation>“{key}”含有非有限数值</translation>
    </message>
    <message>
        <source>&apos;{key}&apos; holds {dtype}, not real numbers</source>
        <translation>“{key}”的内容是 {dtype}，不是实数</translation>
    </message>
    <message>
        <source>&apos;{key}&apos; is not the filter of the published networks</source>
        <translation>“{key}”不是已发布网络所用的滤波器</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; cannot be read as weights ({reason}).</source>
        <translation>无法将“{name}”作为模型文件读取（{reason}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; comes with the program.</source>
        <translation>“{name}”随程序附带。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; could not be copied ({error}).</source>
        <translation>无法复制“{name}”（{error}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; could not be removed ({error}).</source>
        <translation>无法移除“{name}”（{error}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds a network for {found} pixels; the model of that name is for {expected}.</source>
        <translation>“{name}”中的网络为 {found} 像素，而该名称对应的是 {expected} 像素的模型。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds more than numbers, or is damaged; nothing in it was run.</source>
        <translation>“{name}”含有数值以外的内容，或已损坏；其中的代码没有被运行。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds {found}, not named weights.</source>
        <translation>“{name}”的内容是 {found}，不是带名称的权重。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds {found}, which cannot {lack}.</source>
        <translation>“{name}”里是{found}，不能{lack}。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is not a weights file.</source>
        <translation>“{name}”不是模型文件。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is not the file known by that name (its sha256 is {found}, expected {expected}).</source>
        <translation>“{name}”与同名的正式文件不一致（sha256 为 {found}，应为 {expected}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is the name of another model in the list.</source>
        <translation>“{name}”是列表中另一个模型的名称。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; needs the package {package}, which is not installed.</source>
        <translation>“{name}”需要软件包 {package}，但尚未安装。</translation>
    </message>
    <message>
        <source>&apos;{path}&apos; does not exist.</source>
        <translation>“{path}”不存在。</translation>
    </message>
    <message>
        <source>&apos;{pattern}&apos; is not a valid pattern for file names.</source>
        <translation>“{pattern}”不能用作文件名格式。</translation>
    </message>
    <message>
        <source>16-bit TIFFs with this compression are not supported; save it uncompressed first</source>
        <translation>无法读取这种压缩的 16 位 TIFF，请先另存为未压缩格式</translation>
    </message>
    <message>
        <source>A {format} cannot hold the {block}, which was left out.</source>
        <translation>{format} 无法保存{block}，已略去。</translation>
    </message>
    <message>
        <source>A {format} holds 8 bits per channel, not 16.</source>
        <translation>{format} 每通道只有 8 位，不支持 16 位。</translation>
    </message>
    <message>
        <source>Allow overwriting, or choose another name.</source>
        <translation>请允许覆盖，或换一个名称。</translation>
    </message>
    <message>
        <source>Blocky</source>
        <translation>压缩痕迹</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Check the name.</source>
        <translation>请检查名称。</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>请换一个较短的名称。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Choose another format.</source>
        <translation>请选择其他格式。</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>请选择其他模型。</translation>
    </message>
    <message>
        <source>Choose another name or folder.</source>
        <translation>请换一个名称或文件夹。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>请换一个名称。</translation>
    </message>
    <message>
        <source>Choose auto or fp32.</source>
        <translation>请选择 auto 或 fp32。</translation>
    </message>
    <message>
        <source>Choose auto or one of {names}.</source>
        <translation>请选择 auto、{names}。</translation>
    </message>
    <message>
        <source>Choose auto, fp16 or fp32.</source>
        <translation>请选择 auto、fp16 或 fp32。</translation>
    </message>
    <message>
        <source>Choose cpu or auto.</source>
        <translation>请选择 cpu 或 auto。</translation>
    </message>
    <message>
        <source>Choose one of {names}.</source>
        <translation>请从中选择：{names}。</translation>
    </message>
    <message>
        <source>Choose other words for the mark, or install a font that has them.</source>
        <translation>请换一段标记文字，或安装包含这些字符的字体。</translation>
    </message>
    <message>
        <source>Cleaned</source>
        <translation>已清理</translation>
    </message>
    <message>
        <source>Cleaned as if it were grainy: the model for blocky photos is not there</source>
        <translation>已按颗粒清理：缺少清除压缩痕迹的模型</translation>
    </message>
    <message>
        <source>Cleaned of the blocks that strong compression leaves</source>
        <translation>已清除过度压缩留下的痕迹</translation>
    </message>
    <message>
        <source>Close other programs.</source>
        <translation>请关闭其他程序。</translation>
    </message>
    <message>
        <source>Could not create the folder {folder}: {reason}.</source>
        <translation>无法创建文件夹 {folder}：{reason}。</translation>
    </message>
    <message>
        <source>Could not read {name}: {reason}.</source>
        <translation>无法读取 {name}：{reason}。</translation>
    </message>
    <message>
        <source>Could not save {name} in {folder}: {reason}.</source>
        <translation>无法将 {name} 保存到 {folder}：{reason}。</translation>
    </message>
    <message>
        <source>Could not save {name}: {reason}.</source>
        <translation>无法保存 {name}：{reason}。</translation>
    </message>
    <message>
        <source>Create it, or choose another.</source>
        <translation>请先创建该文件夹，或另选一个。</translation>
    </message>
    <message>
        <source>Despite its name, {name} is a {format} file.</source>
        <translation>{name} 的实际类型是 {format}，与扩展名不符。</translation>
    </message>
    <message>
        <source>Draw it around a face in the photo.</source>
        <translation>请在照片中框住一张人脸。</translation>
    </message>
    <message>
        <source>Draw it around the whole face.</source>
        <translation>请框住整张人脸。</translation>
    </message>
    <message>
        <source>EXIF data</source>
        <translation>EXIF 数据</translation>
    </message>
    <message>
        <source>Expected a published GPEN checkpoint (keys &apos;ecd…&apos;, &apos;final_linear…&apos;, &apos;generator…&apos;).</source>
        <translation>应为公开发布的 GPEN 模型文件（含 &apos;ecd…&apos;、&apos;final_linear…&apos;、&apos;generator…&apos; 等键）。</translation>
    </message>
    <message>
        <source>Expected a state dict, bare or under one of: {keys}.</source>
        <translation>应为权重字典，可直接存放，或位于以下键之一：{keys}。</translation>
    </message>
    <message>
        <source>Expected one of {endings}.</source>
        <translation>应为以下之一：{endings}。</translation>
    </message>
    <message>
        <source>Formats: keep, {names}.</source>
        <translation>可用格式：keep、{names}。</translation>
    </message>
    <message>
        <source>Free some space, or save somewhere else.</source>
        <translation>请腾出空间，或保存到其他位置。</translation>
    </message>
    <message>
        <source>Get it again, or rename it if it is meant to be different.</source>
        <translation>请重新获取；如果本来就是不同的文件，请改名。</translation>
    </message>
    <message>
        <source>Get the weights again from their original source, preferably as .safetensors.</source>
        <translation>请从原始来源重新获取，最好是 .safetensors 格式。</translation>
    </message>
    <message>
        <source>Get them from {source} and run: gpen-desktop models import {file}</source>
        <translation>请从 {source} 获取，然后运行：gpen-desktop models import {file}</translation>
    </message>
    <message>
        <source>Give it another name.</source>
        <translation>请给它换一个名称。</translation>
    </message>
    <message>
        <source>Grainy</source>
        <translation>有颗粒感</translation>
    </message>
    <message>
        <source>Half precision gives broken faces on {device}; single precision is used instead.</source>
        <translation>半精度在 {device} 上会产生损坏的人脸，已改用单精度。</translation>
    </message>
    <message>
        <source>IPTC data</source>
        <translation>IPTC 数据</translation>
    </message>
    <message>
        <source>It cannot be removed.</source>
        <translation>不能移除。</translation>
    </message>
    <message>
        <source>It must be above 0.</source>
        <translation>必须大于 0。</translation>
    </message>
    <message>
        <source>It must be between 1 and 100.</source>
        <translation>取值范围为 1 到 100。</translation>
    </message>
    <message>
        <source>It must be between {lowest} and {highest}.</source>
        <translation>取值范围为 {lowest} 到 {highest}。</translation>
    </message>
    <message>
        <source>It must be one of {choices}.</source>
        <translation>可选值为：{choices}。</translation>
    </message>
    <message>
        <source>Known models: {names}.</source>
        <translation>已知模型：{names}。</translation>
    </message>
    <message>
        <source>Known templates: ffhq, gpen.</source>
        <translation>已知模板：ffhq、gpen。</translation>
    </message>
    <message>
        <source>Move them apart.</source>
        <translation>请把它们分开。</translation>
    </message>
    <message>
        <source>Nothing was changed; the file was copied as it is.</source>
        <translation>没有任何改动，已原样复制文件。</translation>
    </message>
    <message>
        <source>On a CPU choose auto, fp32 or bf16.</source>
        <translation>使用 CPU 时请选择 auto、fp32 或 bf16。</translation>
    </message>
    <message>
        <source>Part of the EXIF data is damaged and was left out.</source>
        <translation>部分 EXIF 数据已损坏，已略去。</translation>
    </message>
    <message>
        <source>Part of the PNG&apos;s metadata is damaged and was left out.</source>
        <translation>PNG 的部分元数据已损坏，已略去。</translation>
    </message>
    <message>
        <source>A {format} cannot be transparent: transparent parts were filled with white.</source>
        <translation>{format} 不支持透明：透明部分已填为白色。</translation>
    </message>
    <message>
        <source>&apos;{address}&apos; is no address of the web.</source>
        <translation>“{address}”不是网址。</translation>
    </message>
    <message>
        <source>&apos;{model}&apos; did not fit into the memory of {device}; the processor takes its place until it is loaded again.</source>
        <translation>{device} 的内存装不下“{model}”；在重新加载之前，一直改由处理器运行。</translation>
    </message>
    <message>
        <source>&apos;{model}&apos; has no option &apos;{option}&apos;.</source>
        <translation>“{model}”没有“{option}”选项。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; and &apos;{other}&apos; cannot be mixed.</source>
        <translation>“{name}”与“{other}”无法混合。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; could not be fetched from {host} ({reason}).</source>
        <translation>无法从 {host} 获取“{name}”（{reason}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; could not be written to the disk ({reason}).</source>
        <translation>无法将“{name}”写入磁盘（{reason}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; does not restore faces: it gives something else back.</source>
        <translation>“{name}”不能修复人脸：输入人脸，得到的却不是人脸。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds &apos;{key}&apos; in a form that this program cannot compute with ({kind}).</source>
        <translation>“{name}”中的“{key}”采用了本程序无法计算的形式（{kind}）。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds {found}, not {wanted}.</source>
        <translation>“{name}”中是{found}，而不是{wanted}。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; holds {found}, which this version has no use for.</source>
        <translation>“{name}”中是{found}，此版本用不上。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is being downloaded already.</source>
        <translation>“{name}”已在下载中。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is no file of weights.</source>
        <translation>“{name}”不是权重文件。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is not offered for download: no trusted hash of it is known.</source>
        <translation>“{name}”不提供下载：尚无其可信的哈希值。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is not the file known by that name.</source>
        <translation>“{name}”不是该名称所指的文件。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is not there: it was moved or renamed, or its disk is away.</source>
        <translation>找不到“{name}”：它可能已被移动或改名，或所在磁盘未连接。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is not whole: {size} of {bytes} bytes are here.</source>
        <translation>“{name}”不完整：只有 {bytes} 字节中的 {size} 字节。</translation>
    </message>
    <message>
        <source>&apos;{name}&apos; is packed in a way in which weights are never stored.</source>
        <translation>“{name}”的打包方式异常，正常的权重文件从不这样存储。</translation>
    </message>
    <message>
        <source>A {format} holds one page; the others were left out.</source>
        <translation>{format} 只能保存一页；其余各页未保存。</translation>
    </message>
    <message>
        <source>Check the connection and try again: what has arrived is kept and gone on with.</source>
        <translation>请检查网络后重试：已下载的部分会保留并继续。</translation>
    </message>
    <message>
        <source>Choose another output folder, or make that file readable and writable.</source>
        <translation>请换一个输出文件夹，或让该文件可读可写。</translation>
    </message>
    <message>
        <source>Close other programs, or enlarge it less.</source>
        <translation>请关闭其他程序，或减小放大倍数。</translation>
    </message>
    <message>
        <source>Coloured by &apos;{name}&apos;</source>
        <translation>已用“{name}”上色</translation>
    </message>
    <message>
        <source>Contrast raised</source>
        <translation>已提高对比度</translation>
    </message>
    <message>
        <source>Could not read the folder &apos;{name}&apos;: {reason}.</source>
        <translation>无法读取文件夹“{name}”：{reason}。</translation>
    </message>
    <message>
        <source>Could not save a page: {reason}.</source>
        <translation>无法保存其中一页：{reason}。</translation>
    </message>
    <message>
        <source>Damage repaired on {share} % of the photo</source>
        <translation>已修补照片 {share}% 面积上的损伤</translation>
    </message>
    <message>
        <source>Damage repaired on {share} % of the photo by &apos;{name}&apos;</source>
        <translation>已用“{name}”修补照片 {share} % 的破损</translation>
    </message>
    <message>
        <source>Dask distributed is not installed.</source>
        <translation>未安装 Dask distributed。</translation>
    </message>
    <message>
        <source>Dust seen; it is removed when that is asked for</source>
        <translation>发现灰尘；需要时再去除</translation>
    </message>
    <message>
        <source>Dust: remove?</source>
        <translation>灰尘：去除？</translation>
    </message>
    <message>
        <source>Enlarged {scale}× by &apos;{name}&apos;</source>
        <translation>已用“{name}”放大到 {scale} 倍</translation>
    </message>
    <message>
        <source>Enlarged {scale}× by resampling: the enlarging model is not there</source>
        <translation>已用普通插值放大 {scale} 倍：缺少放大模型</translation>
    </message>
    <message>
        <source>Enlarged {scale}× by the enlarging model</source>
        <translation>已用放大模型放大 {scale} 倍</translation>
    </message>
    <message>
        <source>Faded</source>
        <translation>褪色</translation>
    </message>
    <message>
        <source>Faded tones restored</source>
        <translation>已恢复褪去的影调</translation>
    </message>
    <message>
        <source>Faded tones restored, a green cast taken out</source>
        <translation>已恢复褪去的影调，并去掉了偏绿</translation>
    </message>
    <message>
        <source>Files can have up to {limit} GB.</source>
        <translation>文件最大不能超过 {limit} GB。</translation>
    </message>
    <message>
        <source>Free some space on the disk with the folder {folder}.</source>
        <translation>请在 {folder} 文件夹所在的磁盘上腾出空间。</translation>
    </message>
    <message>
        <source>Get it from {source} and import the file.</source>
        <translation>请从 {source} 获取并导入该文件。</translation>
    </message>
    <message>
        <source>Get the weights as plain 16- or 32-bit numbers.</source>
        <translation>请获取以普通 16 位或 32 位数值存储的权重。</translation>
    </message>
    <message>
        <source>Get them with: gpen-desktop models install {name}</source>
        <translation>请用以下命令获取：gpen-desktop models install {name}</translation>
    </message>
    <message>
        <source>Gone over by &apos;{name}&apos; at the photo&apos;s own size</source>
        <translation>已用“{name}”按原尺寸处理</translation>
    </message>
    <message>
        <source>Gone over by &apos;{name}&apos;, and enlarged {scale}× by resampling</source>
        <translation>已用“{name}”处理，并用普通插值放大 {scale} 倍</translation>
    </message>
    <message>
        <source>In &apos;{name}&apos; there are only results; open their folder itself.</source>
        <translation>“{name}”里只有修复结果；要查看请直接打开结果所在的文件夹。</translation>
    </message>
    <message>
        <source>Install it with: pip install {package}</source>
        <translation>请用以下命令安装：pip install {package}</translation>
    </message>
    <message>
        <source>It begins with https:// or http://.</source>
        <translation>网址应以 https:// 或 http:// 开头。</translation>
    </message>
    <message>
        <source>It has none.</source>
        <translation>它没有选项。</translation>
    </message>
    <message>
        <source>It has: {names}.</source>
        <translation>可用选项：{names}。</translation>
    </message>
    <message>
        <source>It is animated, and was copied as it is: only single pictures are restored.</source>
        <translation>这是动画，已原样复制：只修复单幅图片。</translation>
    </message>
    <message>
        <source>It is neutral grey already</source>
        <translation>本来就是中性灰</translation>
    </message>
    <message>
        <source>It is one line of at most {limit} characters.</source>
        <translation>标记为一行文字，最多 {limit} 个字符。</translation>
    </message>
    <message>
        <source>It must be a number.</source>
        <translation>它必须是一个数字。</translation>
    </message>
    <message>
        <source>Its metadata is compressed by Brotli and was left out.</source>
        <translation>其元数据以 Brotli 压缩，未能保留。</translation>
    </message>
    <message>
        <source>Its {bits} bits per channel were read as 8.</source>
        <translation>每通道 {bits} 位的数据已按 8 位读取。</translation>
    </message>
    <message>
        <source>JPEG XL needs an extra: pip install &apos;gpen-desktop[jpeg-xl]&apos;</source>
        <translation>读取 JPEG XL 需要另装组件：pip install &apos;gpen-desktop[jpeg-xl]&apos;</translation>
    </message>
    <message>
        <source>Left in its colours: it is not in one hue</source>
        <translation>保留原有色彩：这不是单色照片</translation>
    </message>
    <message>
        <source>Low contrast</source>
        <translation>对比度偏低</translation>
    </message>
    <message>
        <source>Made neutral grey</source>
        <translation>已转为中性灰</translation>
    </message>
    <message>
        <source>No cluster answers at &apos;{address}&apos;.</source>
        <translation>“{address}”处没有集群应答。</translation>
    </message>
    <message>
        <source>No dust found</source>
        <translation>未发现灰尘</translation>
    </message>
    <message>
        <source>No file in &apos;{name}&apos; is of a kind that can be opened. These are: {kinds}.</source>
        <translation>“{name}”里没有可以打开的图片。可打开的格式：{kinds}。</translation>
    </message>
    <message>
        <source>No font on this computer has all characters of &apos;{words}&apos;.</source>
        <translation>这台电脑上没有字体包含“{words}”中的全部字符。</translation>
    </message>
    <message>
        <source>No plain scratches or dust seen</source>
        <translation>未发现明显的划痕或灰尘</translation>
    </message>
    <message>
        <source>No scratches or other damage found</source>
        <translation>未发现划痕或其他损伤</translation>
    </message>
    <message>
        <source>Not coloured: &apos;{name}&apos; colours faces, and there are none</source>
        <translation>未上色：“{name}”只为人脸上色，而照片里没有人脸</translation>
    </message>
    <message>
        <source>Not coloured: it is in colour already</source>
        <translation>未上色：照片本来就是彩色的</translation>
    </message>
    <message>
        <source>Not done: the model &apos;{name}&apos; is not on this computer</source>
        <translation>未处理：本机没有模型“{name}”</translation>
    </message>
    <message>
        <source>Nothing was kept. Try again, or choose another mirror.</source>
        <translation>未保留任何内容。请重试，或换一个镜像。</translation>
    </message>
    <message>
        <source>Only the first page was restored; the others stay as they were.</source>
        <translation>只修复了第一页；其余各页保持原样。</translation>
    </message>
    <message>
        <source>Part of the picture is missing in the file.</source>
        <translation>文件中缺少部分画面。</translation>
    </message>
    <message>
        <source>Photos can have up to {limit} million pixels.</source>
        <translation>可处理的照片最大为 {limit} 百万像素。</translation>
    </message>
    <message>
        <source>Please report it with the details in the JSON report.</source>
        <translation>请连同 JSON 报告中的详情一并反馈。</translation>
    </message>
    <message>
        <source>Reinstall GPEN Desktop, or get its weights folder again.</source>
        <translation>请重新安装 GPEN Desktop，或重新获取其 weights 文件夹。</translation>
    </message>
    <message>
        <source>Remove it (&apos;gpen-desktop models remove {name}&apos;) and get it again.</source>
        <translation>请将其移除（gpen-desktop models remove {name}）后重新获取。</translation>
    </message>
    <message>
        <source>Remove it first, or give the new file another name.</source>
        <translation>请先移除它，或给新文件换一个名字。</translation>
    </message>
    <message>
        <source>Restored photos</source>
        <translation>修复报告</translation>
    </message>
    <message>
        <source>Results can have up to {limit} million pixels.</source>
        <translation>结果最大为 {limit} 百万像素。</translation>
    </message>
    <message>
        <source>Save somewhere else.</source>
        <translation>请保存到其他位置。</translation>
    </message>
    <message>
        <source>Slightly blurred</source>
        <translation>略微模糊</translation>
    </message>
    <message>
        <source>Small faces were restored without the enlarging model, which is not there.</source>
        <translation>缺少放大模型，小人脸未先放大便直接修复。</translation>
    </message>
    <message>
        <source>Small: enlarge 2×?</source>
        <translation>尺寸小：放大 2 倍？</translation>
    </message>
    <message>
        <source>Some data of the PNG was left out: {names}.</source>
        <translation>PNG 的部分数据未保留：{names}。</translation>
    </message>
    <message>
        <source>Something unexpected went wrong ({kind}: {error}).</source>
        <translation>出现意外错误（{kind}：{error}）。</translation>
    </message>
    <message>
        <source>Something unexpected went wrong with {name} ({kind}).</source>
        <translation>处理 {name} 时出现意外错误（{kind}）。</translation>
    </message>
    <message>
        <source>Specks of dust removed: {count}</source>
        <translation>已去除 {count} 处灰尘</translation>
    </message>
    <message>
        <source>Start &apos;dask worker&apos; on each machine.</source>
        <translation>请在每台机器上运行“dask worker”。</translation>
    </message>
    <message>
        <source>Start one with &apos;dask scheduler&apos;, and &apos;dask worker&apos; on each machine.</source>
        <translation>请用“dask scheduler”启动集群，并在每台机器上运行“dask worker”。</translation>
    </message>
    <message>
        <source>The CMYK colours were converted to sRGB.</source>
        <translation>CMYK 颜色已转换为 sRGB。</translation>
    </message>
    <message>
        <source>The CMYK colours were converted without a colour profile, and may look different.</source>
        <translation>CMYK 颜色在没有色彩配置文件的情况下转换，可能略有差异。</translation>
    </message>
    <message>
        <source>The EXIF data is damaged and was left out.</source>
        <translation>EXIF 数据已损坏，已略去。</translation>
    </message>
    <message>
        <source>The EXIF data is too long for a JPEG and was left out.</source>
        <translation>EXIF 数据过长，JPEG 无法容纳，已略去。</translation>
    </message>
    <message>
        <source>The Lab colours were converted to sRGB.</source>
        <translation>Lab 颜色已转换为 sRGB。</translation>
    </message>
    <message>
        <source>The XMP data is too long for a JPEG and was left out.</source>
        <translation>XMP 数据过长，JPEG 无法容纳，已略去。</translation>
    </message>
    <message>
        <source>The box has no area.</source>
        <translation>选框没有面积。</translation>
    </message>
    <message>
        <source>The box lies outside the photo.</source>
        <translation>选框在照片之外。</translation>
    </message>
    <message>
        <source>The cluster could not do it ({kind}: {error}).</source>
        <translation>集群未能完成（{kind}：{error}）。</translation>
    </message>
    <message>
        <source>The cluster has no workers.</source>
        <translation>集群中没有工作进程。</translation>
    </message>
    <message>
        <source>The colour profile does not fit the pixels and was left out.</source>
        <translation>色彩配置文件与像素格式不符，已略去。</translation>
    </message>
    <message>
        <source>The colour profile is damaged and was left out.</source>
        <translation>色彩配置文件已损坏，已略去。</translation>
    </message>
    <message>
        <source>The depth or brightness map beside the picture was left out.</source>
        <translation>图像附带的深度图或亮度图未保留。</translation>
    </message>
    <message>
        <source>The file &apos;{path}&apos; does not exist.</source>
        <translation>文件“{path}”不存在。</translation>
    </message>
    <message>
        <source>The file is damaged or of another kind; get it again.</source>
        <translation>文件已损坏或类型不符，请重新获取。</translation>
    </message>
    <message>
        <source>The file is damaged, or was trained for something else; get it again, or choose another.</source>
        <translation>文件已损坏，或是为其他用途训练的；请重新获取，或另选一个。</translation>
    </message>
    <message>
        <source>The file names an unknown template, &apos;{name}&apos;.</source>
        <translation>文件指定了模板“{name}”。</translation>
    </message>
    <message>
        <source>The folder &apos;{name}&apos; is empty.</source>
        <translation>文件夹“{name}”是空的。</translation>
    </message>
    <message>
        <source>The journal could not be written ({reason}): an interrupted run will do this photo again.</source>
        <translation>无法写入进度记录（{reason}）：中断后再运行时，这张照片会重新处理。</translation>
    </message>
    <message>
        <source>The journal in {folder} cannot be read and written ({reason}), and without it results among your photos are taken for photos.</source>
        <translation>{folder} 中的记录文件无法读写（{reason}）。没有它，与照片放在一起的结果会被当成照片。</translation>
    </message>
    <message>
        <source>The journal in {folder} could not be read ({reason}): what is finished there is not known.</source>
        <translation>无法读取 {folder} 中的记录（{reason}），因此不知道其中哪些照片已经完成。</translation>
    </message>
    <message>
        <source>The maker notes had to be moved within the file; some programs may not find all of them.</source>
        <translation>厂商注释在文件中的位置有所变动，个别程序可能无法全部读取。</translation>
    </message>
    <message>
        <source>The maker notes in the EXIF data are too long for a JPEG and were left out.</source>
        <translation>EXIF 数据中的厂商注释过长，JPEG 无法容纳，已略去。</translation>
    </message>
    <message>
        <source>The memory of {device} did not suffice for &apos;{model}&apos;; the processor took its place for a while.</source>
        <translation>{device} 的内存不足以运行“{model}”，有一部分改由处理器完成，速度较慢。</translation>
    </message>
    <message>
        <source>The model &apos;{name}&apos; did not give a valid picture.</source>
        <translation>模型“{name}”输出的数值不是有效图像。</translation>
    </message>
    <message>
        <source>The other photos are not affected.</source>
        <translation>其他照片不受影响。</translation>
    </message>
    <message>
        <source>The pattern gives an empty file name.</source>
        <translation>按此格式得到的文件名为空。</translation>
    </message>
    <message>
        <source>The photo</source>
        <translation>此照片</translation>
    </message>
    <message>
        <source>The photo was not read from a file, so there is none to copy.</source>
        <translation>这张照片不是从文件读取的，没有可复制的文件。</translation>
    </message>
    <message>
        <source>The points of a face coincide.</source>
        <translation>人脸的几个点重叠在一起。</translation>
    </message>
    <message>
        <source>The quality is {quality}.</source>
        <translation>质量为 {quality}。</translation>
    </message>
    <message>
        <source>The server has another file than &apos;{file}&apos;: {found} bytes or more, not {expected}.</source>
        <translation>服务器上的文件不是“{file}”：有 {found} 字节或更多，而不是 {expected} 字节。</translation>
    </message>
    <message>
        <source>The signed content credentials were left out, because they no longer apply.</source>
        <translation>签名的内容凭证已不再有效，未予保留。</translation>
    </message>
    <message>
        <source>The smallest face size is {size} pixels.</source>
        <translation>最小人脸为 {size} 像素。</translation>
    </message>
    <message>
        <source>The tones of the grey colour profile were converted to sRGB.</source>
        <translation>灰度色彩配置文件的影调已转换为 sRGB。</translation>
    </message>
    <message>
        <source>The weights folder cannot be written to ({error}).</source>
        <translation>无法写入模型文件夹（{error}）。</translation>
    </message>
    <message>
        <source>The weights of &apos;{name}&apos; ({file}) are not on this computer.</source>
        <translation>这台电脑上没有“{name}”的模型文件（{file}）。</translation>
    </message>
    <message>
        <source>There are no networks for the whole photo here.</source>
        <translation>此处没有处理整张照片的模型。</translation>
    </message>
    <message>
        <source>There is already another model called &apos;{name}&apos;.</source>
        <translation>已有另一个名为“{name}”的模型。</translation>
    </message>
    <message>
        <source>There is no Apple GPU that PyTorch can use.</source>
        <translation>没有 PyTorch 可用的 Apple GPU。</translation>
    </message>
    <message>
        <source>There is no device &apos;{name}&apos;.</source>
        <translation>没有设备“{name}”。</translation>
    </message>
    <message>
        <source>There is no device &apos;{name}&apos;: PyTorch finds {count} CUDA GPUs.</source>
        <translation>没有设备“{name}”：PyTorch 检测到 {count} 个 CUDA GPU。</translation>
    </message>
    <message>
        <source>There is no face {number}; {count} were found.</source>
        <translation>没有第 {number} 张人脸；共找到 {count} 张。</translation>
    </message>
    <message>
        <source>There is no format &apos;{name}&apos;.</source>
        <translation>没有格式“{name}”。</translation>
    </message>
    <message>
        <source>There is no model or file &apos;{name}&apos;.</source>
        <translation>没有名为“{name}”的模型，也没有这个文件。</translation>
    </message>
    <message>
        <source>There is no precision &apos;{name}&apos;.</source>
        <translation>没有精度“{name}”。</translation>
    </message>
    <message>
        <source>There is no room for &apos;{name}&apos;: {missing} MB are needed, {free} MB are free.</source>
        <translation>空间不足，无法存放“{name}”：需要 {missing} MB，可用 {free} MB。</translation>
    </message>
    <message>
        <source>There is no weights file &apos;{path}&apos;.</source>
        <translation>没有模型文件“{path}”。</translation>
    </message>
    <message>
        <source>There is not enough memory on {device}.</source>
        <translation>{device} 的内存不足。</translation>
    </message>
    <message>
        <source>There is not enough memory to read {name}.</source>
        <translation>内存不足，无法读取 {name}。</translation>
    </message>
    <message>
        <source>There was nothing to do.</source>
        <translation>没有需要处理的照片。</translation>
    </message>
    <message>
        <source>These files can be read: {titles}</source>
        <translation>可以读取的文件：{titles}</translation>
    </message>
    <message>
        <source>These weights are not a GPEN network: {found}.</source>
        <translation>这些权重不是 GPEN 网络：{found}。</translation>
    </message>
    <message>
        <source>These weights look like {architecture}, but do not fit ({reason}).</source>
        <translation>这些权重看起来是 {architecture}，但结构不符（{reason}）。</translation>
    </message>
    <message>
        <source>These weights look like {task}, but do not fit.</source>
        <translation>这些权重像是{task}，但结构不符。</translation>
    </message>
    <message>
        <source>This CPU has no bf16 arithmetic, so bf16 would only be slower.</source>
        <translation>此 CPU 不支持 bf16 运算，使用 bf16 只会更慢。</translation>
    </message>
    <message>
        <source>This cannot be a visible mark.</source>
        <translation>这段文字不能用作可见标记。</translation>
    </message>
    <message>
        <source>This download of the program comes without it, for its licences restrict the use; the program as installed by pip can have it.</source>
        <translation>此安装包不含它，因为其许可证限制用途；用 pip 安装的程序可以使用它。</translation>
    </message>
    <message>
        <source>This model cannot compute in {precision}.</source>
        <translation>该模型不能用 {precision} 计算。</translation>
    </message>
    <message>
        <source>This version cannot restore faces with &apos;{name}&apos;.</source>
        <translation>此版本无法用“{name}”修复人脸。</translation>
    </message>
    <message>
        <source>This version has no use for models of the kind {name}.</source>
        <translation>此版本用不到 {name} 类模型。</translation>
    </message>
    <message>
        <source>This version knows no architecture with the keys {keys}.</source>
        <translation>此版本不认识含有以下键的网络结构：{keys}。</translation>
    </message>
    <message>
        <source>Try again later, or choose another mirror.</source>
        <translation>请稍后重试，或换一个镜像。</translation>
    </message>
    <message>
        <source>Use {{name}}, {{number}} and {{model}}; everything else stays as it is.</source>
        <translation>可使用 {{name}}、{{number}} 和 {{model}}，其余文字保持不变。</translation>
    </message>
    <message>
        <source>Use {{name}}.</source>
        <translation>请使用 {{name}}。</translation>
    </message>
    <message>
        <source>Wait for it, or close the other program.</source>
        <translation>请等待其完成，或关闭另一个程序。</translation>
    </message>
    <message>
        <source>Weights come as .pth, .pt or .safetensors files.</source>
        <translation>权重文件的扩展名为 .pth、.pt 或 .safetensors。</translation>
    </message>
    <message>
        <source>What arrived is not the file &apos;{file}&apos;: its fingerprint is another.</source>
        <translation>收到的不是文件“{file}”：校验值不符。</translation>
    </message>
    <message>
        <source>What follows the picture in the file ({size} kB), such as a motion photo&apos;s film, was left out.</source>
        <translation>文件中画面之后的内容（{size} kB，例如动态照片的视频）未保留。</translation>
    </message>
    <message>
        <source>What the raw file says of the photo was not found.</source>
        <translation>没有找到 RAW 文件中的拍摄信息。</translation>
    </message>
    <message>
        <source>XMP data</source>
        <translation>XMP 数据</translation>
    </message>
    <message>
        <source>You do not have permission to read the folder &apos;{name}&apos;.</source>
        <translation>无权读取文件夹“{name}”。</translation>
    </message>
    <message>
        <source>a GIF</source>
        <translation>GIF</translation>
    </message>
    <message>
        <source>a JPEG 2000</source>
        <translation>JPEG 2000</translation>
    </message>
    <message>
        <source>a PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>a Photoshop</source>
        <translation>Photoshop</translation>
    </message>
    <message>
        <source>a directory lies outside the data</source>
        <translation>目录位于数据之外</translation>
    </message>
    <message>
        <source>a face colouriser</source>
        <translation>人脸上色模型</translation>
    </message>
    <message>
        <source>a face detector</source>
        <translation>人脸检测模型</translation>
    </message>
    <message>
        <source>a face inpainter</source>
        <translation>人脸填补模型</translation>
    </message>
    <message>
        <source>a face parser</source>
        <translation>人脸分区模型</translation>
    </message>
    <message>
        <source>a face restorer</source>
        <translation>人脸修复模型</translation>
    </message>
    <message>
        <source>a file of that name already exists</source>
        <translation>已存在同名文件</translation>
    </message>
    <message>
        <source>a folder of that name already exists</source>
        <translation>已有同名文件夹</translation>
    </message>
    <message>
        <source>a landmark network</source>
        <translation>关键点模型</translation>
    </message>
    <message>
        <source>a photo colouriser</source>
        <translation>照片上色模型</translation>
    </message>
    <message>
        <source>a photo inpainter</source>
        <translation>照片填补模型</translation>
    </message>
    <message>
        <source>a photo restorer</source>
        <translation>照片修复模型</translation>
    </message>
    <message>
        <source>a video</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>a {format} can be at most {limit} pixels wide and high</source>
        <translation>{format} 的宽和高最多为 {limit} 像素</translation>
    </message>
    <message>
        <source>after</source>
        <translation>修复后</translation>
    </message>
    <message>
        <source>an EXIF block cannot be BigTIFF</source>
        <translation>EXIF 数据块不能是 BigTIFF</translation>
    </message>
    <message>
        <source>an upscaler</source>
        <translation>放大模型</translation>
    </message>
    <message>
        <source>before</source>
        <translation>修复前</translation>
    </message>
    <message>
        <source>bf16 is not available on Apple GPUs.</source>
        <translation>Apple GPU 不提供 bf16。</translation>
    </message>
    <message>
        <source>colour profile</source>
        <translation>色彩配置文件</translation>
    </message>
    <message>
        <source>comment</source>
        <translation>注释</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>fill damage</source>
        <translation>填补破损</translation>
    </message>
    <message>
        <source>finished earlier</source>
        <translation>此前已完成</translation>
    </message>
    <message>
        <source>fp16 works on GPUs only.</source>
        <translation>fp16 只用于 GPU。</translation>
    </message>
    <message>
        <source>gamma value</source>
        <translation>伽马信息</translation>
    </message>
    <message>
        <source>give a photo colour</source>
        <translation>为照片上色</translation>
    </message>
    <message>
        <source>half precision gave broken faces on it before</source>
        <translation>它此前用半精度产生过损坏的人脸</translation>
    </message>
    <message>
        <source>half precision is fastest on it</source>
        <translation>它用半精度最快</translation>
    </message>
    <message>
        <source>it does not have 8 or 16 bits per channel; save it with 8 or 16 bits first</source>
        <translation>像素不是 8 位或 16 位，请先另存为 8 位或 16 位 TIFF</translation>
    </message>
    <message>
        <source>it has no bfloat16 arithmetic in hardware</source>
        <translation>它没有硬件 bfloat16 运算</translation>
    </message>
    <message>
        <source>it is a camera&apos;s raw file, which has to be developed into a TIFF or JPEG first</source>
        <translation>这是相机的 RAW 文件，需要先转换为 TIFF 或 JPEG</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>这是文件夹</translation>
    </message>
    <message>
        <source>it is a raw file of a kind that is not known; develop it into a TIFF first</source>
        <translation>这是一种无法识别的 RAW 文件，请先转换为 TIFF</translation>
    </message>
    <message>
        <source>it is damaged, or a kind of {format} that is not supported</source>
        <translation>这种 {format} 无法读取，或文件已损坏</translation>
    </message>
    <message>
        <source>it is not a photo. {readable}</source>
        <translation>这不是照片。{readable}</translation>
    </message>
    <message>
        <source>it is not a regular file</source>
        <translation>它不是普通文件</translation>
    </message>
    <message>
        <source>it is too old to be faster in half precision</source>
        <translation>它较旧，用半精度不会更快</translation>
    </message>
    <message>
        <source>it is {kind} file. {readable}</source>
        <translation>这是 {kind} 文件。{readable}</translation>
    </message>
    <message>
        <source>it lacks &apos;{key}&apos; and has {found}</source>
        <translation>缺少“{key}”，而含有 {found}</translation>
    </message>
    <message>
        <source>it looks like GPEN-{size} but also has {keys}</source>
        <translation>看似 GPEN-{size}，但还含有 {keys}</translation>
    </message>
    <message>
        <source>it looks like GPEN-{size} but lacks {keys}</source>
        <translation>看似 GPEN-{size}，但缺少 {keys}</translation>
    </message>
    <message>
        <source>it multiplies bfloat16 in hardware</source>
        <translation>它支持硬件 bfloat16 运算</translation>
    </message>
    <message>
        <source>its encoder has {steps} steps</source>
        <translation>其编码器有 {steps} 级</translation>
    </message>
    <message>
        <source>its fields overlap</source>
        <translation>各字段相互重叠</translation>
    </message>
    <message>
        <source>its picture is cut into more scans than any program makes, to keep others busy</source>
        <translation>图像被拆成的扫描段数远超任何正常程序所写，意在拖垮读取它的程序</translation>
    </message>
    <message>
        <source>its pixel format ({mode}) is not supported</source>
        <translation>无法读取这种像素格式（{mode}）</translation>
    </message>
    <message>
        <source>its pixels are floating-point numbers; save it with 8 or 16 bits per channel first</source>
        <translation>像素为浮点数，请先另存为 8 位或 16 位 TIFF</translation>
    </message>
    <message>
        <source>no TIFF header</source>
        <translation>没有 TIFF 文件头</translation>
    </message>
    <message>
        <source>no answer in time</source>
        <translation>等待超时</translation>
    </message>
    <message>
        <source>other data of the JPEG</source>
        <translation>JPEG 的其他数据</translation>
    </message>
    <message>
        <source>other data of the PNG</source>
        <translation>PNG 的其他数据</translation>
    </message>
    <message>
        <source>pip install &apos;gpen-desktop[cluster]&apos;</source>
        <translation>pip install &apos;gpen-desktop[cluster]&apos;</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>已修复</translation>
    </message>
    <message>
        <source>second part of the XMP data</source>
        <translation> XMP 数据的第二部分</translation>
    </message>
    <message>
        <source>single precision is the safe choice for it</source>
        <translation>它用单精度最稳妥</translation>
    </message>
    <message>
        <source>text notes</source>
        <translation>文字注释</translation>
    </message>
    <message>
        <source>the BMP encoder failed</source>
        <translation>BMP 编码失败</translation>
    </message>
    <message>
        <source>the connection was cut</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>the disk does not answer</source>
        <translation>磁盘没有响应</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>the disk is read-only</source>
        <translation>磁盘为只读</translation>
    </message>
    <message>
        <source>the disk quota is used up</source>
        <translation>磁盘配额已用完</translation>
    </message>
    <message>
        <source>the file ends early</source>
        <translation>文件不完整</translation>
    </message>
    <message>
        <source>the file is damaged</source>
        <translation>文件已损坏</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>文件为空</translation>
    </message>
    <message>
        <source>the file is larger than this disk allows</source>
        <translation>文件超出此磁盘允许的大小</translation>
    </message>
    <message>
        <source>the folder does not exist</source>
        <translation>文件夹不存在</translation>
    </message>
    <message>
        <source>the keys {keys}</source>
        <translation>键 {keys}</translation>
    </message>
    <message>
        <source>the model computes in single precision only</source>
        <translation>该模型只能用单精度计算</translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation>名称过长</translation>
    </message>
    <message>
        <source>the photo</source>
        <translation>这张照片</translation>
    </message>
    <message>
        <source>the picture is too large for a TIFF file</source>
        <translation>图像过大，无法存为 TIFF</translation>
    </message>
    <message>
        <source>the server answers {code} {reason}</source>
        <translation>服务器返回 {code} {reason}</translation>
    </message>
    <message>
        <source>there already</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>there is a CUDA GPU</source>
        <translation>有可用的 CUDA GPU</translation>
    </message>
    <message>
        <source>there is an Apple GPU</source>
        <translation>有可用的 Apple GPU</translation>
    </message>
    <message>
        <source>there is no GPU that PyTorch can use</source>
        <translation>没有 PyTorch 可用的 GPU</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>文件不存在</translation>
    </message>
    <message>
        <source>treat whole photos</source>
        <translation>处理整张照片</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>you do not have permission to read it</source>
        <translation>没有读取权限</translation>
    </message>
    <message>
        <source>you do not have permission to write to the folder</source>
        <translation>没有写入该文件夹的权限</translation>
    </message>
    <message>
        <source>Photos: {count} ({outcomes}). Faces restored: {faces}.</source>
        <translation>照片 {count} 张（{outcomes}），修复人脸 {faces} 张。</translation>
    </message>
    <message>
        <source>{count} {outcome}</source>
        <translation>{outcome} {count} 张</translation>
    </message>
    <message>
        <source>{device} has no {precision} arithmetic.</source>
        <translation>{device} 不支持 {precision} 运算。</translation>
    </message>
    <message>
        <source>{device}; {precision}.</source>
        <translation>{device}；{precision}。</translation>
    </message>
    <message>
        <source>{format} files can be read but not written</source>
        <translation>{format} 文件只能读取，不能写入</translation>
    </message>
    <message>
        <source>{name} ({width} x {height} pixels) needs {size} GB of memory, which is not free.</source>
        <translation>处理 {name}（{width} × {height} 像素）需要 {size} GB 内存，目前没有这么多可用内存。</translation>
    </message>
    <message>
        <source>{name} could not be copied: {fault}</source>
        <translation>无法复制 {name}：{fault}</translation>
    </message>
    <message>
        <source>{name} is too large: {size} GB.</source>
        <translation>{name} 过大：{size} GB。</translation>
    </message>
    <message>
        <source>{name} was there already, and stays.</source>
        <translation>{name} 已经存在，保持不变。</translation>
    </message>
    <message>
        <source>{one}, {other}</source>
        <translation>{one}，{other}</translation>
    </message>
    <message>
        <source>{own} files can be read but not written; the photo was saved as {stored}.</source>
        <translation>{own} 文件只能读取，不能写入；照片已存为 {stored}。</translation>
    </message>
    <message>
        <source>{tried} faces at a time are too many for the memory of {device}: &apos;{model}&apos; is given {now} at a time.</source>
        <translation>{device} 的内存容不下同时处理 {tried} 张人脸，“{model}”改为每次处理 {now} 张。</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} 等另外 {count} 项</translation>
    </message>
    <message>
        <source>Print dots</source>
        <translation>印刷网点</translation>
    </message>
    <message>
        <source>Scratches seen; they are filled when that is asked for</source>
        <translation>发现划痕；需要时再填补</translation>
    </message>
    <message>
        <source>Scratches: repair?</source>
        <translation>划痕：修补？</translation>
    </message>
    <message>
        <source>{name} already exists, and nothing shows that this program made it.</source>
        <translation>{name} 已存在，而且无法确认它是本程序生成的。</translation>
    </message>
    <message>
        <source>{name} already exists.</source>
        <translation>{name} 已存在。</translation>
    </message>
    <message>
        <source>{name} holds more than one picture; only the first was read.</source>
        <translation>{name} 含有多幅图像，只读取了第一幅。</translation>
    </message>
    <message>
        <source>{name} is the photo itself, which is never written to.</source>
        <translation>{name} 是原照片，原照片永远不会被改写。</translation>
    </message>
    <message>
        <source>{name} is too large: {width} x {height} pixels.</source>
        <translation>{name} 过大：{width} x {height} 像素。</translation>
    </message>
    <message>
        <source>{name} would have {megapixels} million pixels at {scale} times its size.</source>
        <translation>{name} 放大 {scale} 倍后将有 {megapixels} 百万像素。</translation>
    </message>
    <message>
        <source>{name}: {fault}</source>
        <translation>{name}：{fault}</translation>
    </message>
    <message>
        <source>{option} is {value}.</source>
        <translation>{option} 为 {value}。</translation>
    </message>
    <message>
        <source>{outcome}, faces: {restored} of {faces}</source>
        <translation>{outcome}，{faces} 张人脸中的 {restored} 张</translation>
    </message>
    <message>
        <source>{path} is a file, not a folder.</source>
        <translation>{path} 是文件，不是文件夹。</translation>
    </message>
    <message>
        <source>{precision} was requested</source>
        <translation>已指定 {precision}</translation>
    </message>
    <message>
        <source>{program}, {model} on {device}</source>
        <translation>{program}，{model}，{device}</translation>
    </message>
</context>
<context>
    <name>settings</name>
    <message>
        <source>General</source>
        <translation>通用</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Computing</source>
        <translation>计算</translation>
    </message>
    <message>
        <source>Keeps the skin&apos;s own texture</source>
        <translation>保留皮肤原有质感</translation>
    </message>
    <message>
        <source>Cleans up the most</source>
        <translation>清理最彻底</translation>
    </message>
    <message>
        <source>Keeps and crispens fine lines</source>
        <translation>保留并强化细纹</translation>
    </message>
    <message>
        <source>Restore sharp faces too</source>
        <translation>也修复清晰的人脸</translation>
    </message>
    <message>
        <source>Looks for damage, and fills what is brushed</source>
        <translation>查找损伤，只填补涂抹处</translation>
    </message>
    <message>
        <source>Fills the damage that it finds, and what is brushed</source>
        <translation>填补找到的损伤和涂抹处</translation>
    </message>
    <message>
        <source>Takes out grain, the blocks of strong compression and the dots of print. Auto does so where a photo shows them.</source>
        <translation>去除颗粒、压缩痕迹与印刷网点。选“自动”时，只在照片有这些问题时进行。</translation>
    </message>
    <message>
        <source>1×</source>
        <translation>1×</translation>
    </message>
    <message>
        <source>2×</source>
        <translation>2×</translation>
    </message>
    <message>
        <source>4×</source>
        <translation>4×</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language of the window.</source>
        <translation>界面使用的语言。</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>简体中文</source>
        <translation>简体中文</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Dark keeps the surroundings of the photo quiet.</source>
        <translation>深色让照片周围更安静。</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Ask before closing with unexported photos</source>
        <translation>有未导出的照片时，关闭前先询问</translation>
    </message>
    <message>
        <source>Restored photos that were not exported are lost when the window closes.</source>
        <translation>关闭窗口后，未导出的修复结果不会保留。</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>模式</translation>
    </message>
    <message>
        <source>Natural keeps the skin&apos;s own texture, Strong cleans most, Detail keeps and crispens fine lines.</source>
        <translation>“自然”保留皮肤原有质感，“强力”清理最彻底，“细节”保留并强化细纹。</translation>
    </message>
    <message>
        <source>Natural</source>
        <translation>自然</translation>
    </message>
    <message>
        <source>Strong</source>
        <translation>强力</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>修复强度</translation>
    </message>
    <message>
        <source>How much of the restored face is blended in; 0 leaves the photo as it is.</source>
        <translation>修复结果与原照片的融合程度；0 表示保持原样。</translation>
    </message>
    <message>
        <source>Skin protection</source>
        <translation>肤色保护</translation>
    </message>
    <message>
        <source>Keeps skin tone and grain as they were photographed.</source>
        <translation>保留照片原有的肤色与颗粒。</translation>
    </message>
    <message>
        <source>Denoise</source>
        <translation>降噪</translation>
    </message>
    <message>
        <source>Reduces grain and noise in restored faces.</source>
        <translation>减轻修复后人脸上的颗粒与噪点。</translation>
    </message>
    <message>
        <source>When off, a face with more detail than the model can add stays as it is.</source>
        <translation>关闭时，细节已超出模型能力的人脸保持原样。</translation>
    </message>
    <message>
        <source>A restored face is held against the photo: its shapes, its colour, where eyes, nose and mouth are. Blend back takes as much of it as stays the same face, Original nothing of it, Restored all of it.</source>
        <translation>将修复后的人脸与照片对照：轮廓、颜色，以及眼、鼻、嘴的位置。“部分还原”只采用仍是同一张脸的程度，“不修复”保持原样，“仍采用”则全部采用。</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>不修复</translation>
    </message>
    <message>
        <source>Restored</source>
        <translation>仍采用</translation>
    </message>
    <message>
        <source>Size of the result compared with the photo.</source>
        <translation>结果相对原照片的尺寸。</translation>
    </message>
    <message>
        <source>Keeping the photo&apos;s own format also keeps its bit depth and all its metadata.</source>
        <translation>沿用原格式，可同时保留位深与全部照片信息。</translation>
    </message>
    <message>
        <source>Automatic uses a graphics card if there is one that helps.</source>
        <translation>“自动”会在显卡有帮助时使用显卡。</translation>
    </message>
    <message>
        <source>Sharpen</source>
        <translation>锐化</translation>
    </message>
    <message>
        <source>Crispens restored faces.</source>
        <translation>让修复后的人脸更清晰。</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>人脸</translation>
    </message>
    <message>
        <source>Which faces of a photo are restored at first.</source>
        <translation>打开照片后默认修复哪些人脸。</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Largest only</source>
        <translation>仅最大的一张</translation>
    </message>
    <message>
        <source>Smallest face</source>
        <translation>最小人脸</translation>
    </message>
    <message>
        <source>Faces narrower than this are left as they are.</source>
        <translation>宽度小于此值的人脸保持原样。</translation>
    </message>
    <message>
        <source>Restore tones</source>
        <translation>恢复影调</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>Invent detail</source>
        <translation>补全细节</translation>
    </message>
    <message>
        <source>Adds hair, lashes and skin as they may have been, where the photo shows too little of them.</source>
        <translation>照片中头发、睫毛、皮肤的细节不足时，按可能的样子补上。</translation>
    </message>
    <message>
        <source>px</source>
        <translation>像素</translation>
    </message>
    <message>
        <source>If a face changed too much</source>
        <translation>人脸改变过大时</translation>
    </message>
    <message>
        <source>Blend back</source>
        <translation>部分还原</translation>
    </message>
    <message>
        <source>Blends it in only as far as it stays the same face</source>
        <translation>仅在仍像本人的范围内融合</translation>
    </message>
    <message>
        <source>Leaves the face as it was</source>
        <translation>人脸保持原样</translation>
    </message>
    <message>
        <source>Takes the restored face, whatever became of it</source>
        <translation>无论结果如何，都采用修复后的人脸</translation>
    </message>
    <message>
        <source>Repair damage</source>
        <translation>修补损伤</translation>
    </message>
    <message>
        <source>Fills scratches, creases, dust and tears. Dust: specks of it alone. Auto looks for them and asks.</source>
        <translation>填补划痕、折痕、灰尘和破损。“除尘”只去除灰尘斑点，“自动”会查找并询问。</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Dust</source>
        <translation>除尘</translation>
    </message>
    <message>
        <source>On</source>
        <translation>开启</translation>
    </message>
    <message>
        <source>Leaves damage as it is</source>
        <translation>保留损伤原样</translation>
    </message>
    <message>
        <source>Removes specks of dust, leaves lines, and fills what is brushed</source>
        <translation>去除灰尘斑点，不动线条，并填补涂抹处</translation>
    </message>
    <message>
        <source>Clean</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Brings faded blacks, whites and colours back. Auto does so where a photo looks faded, less where it looks flat.</source>
        <translation>找回褪色的黑、白与色彩。选“自动”时，只在照片看起来褪色时进行；对比度偏低的照片则轻一些。</translation>
    </message>
    <message>
        <source>Neutral grey</source>
        <translation>中性灰</translation>
    </message>
    <message>
        <source>Takes the tint out of photos in one hue, such as sepia.</source>
        <translation>去除单色照片（如棕褐色照片）的色调。</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>上色</translation>
    </message>
    <message>
        <source>Gives photos in one hue, grey or sepia, colours that a model thinks likely.</source>
        <translation>为黑白或单色调（如棕褐色）照片加上模型推测的颜色。</translation>
    </message>
    <message>
        <source>Colour it anew</source>
        <translation>重新上色</translation>
    </message>
    <message>
        <source>Also photos that are in colour lose theirs for new ones.</source>
        <translation>彩色照片也舍去原有颜色，换成新的颜色。</translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>3×</source>
        <translation>3×</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Same as the photo</source>
        <translation>与原照片相同</translation>
    </message>
    <message>
        <source>JPEG</source>
        <translation>JPEG</translation>
    </message>
    <message>
        <source>PNG</source>
        <translation>PNG</translation>
    </message>
    <message>
        <source>TIFF</source>
        <translation>TIFF</translation>
    </message>
    <message>
        <source>WebP</source>
        <translation>WebP</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Of JPEG and WebP files.</source>
        <translation>用于 JPEG 和 WebP 文件。</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>{name} stands for the photo&apos;s name, {model} and {number} may be used too.</source>
        <translation>{name} 代表照片名称，也可使用 {model} 和 {number}。</translation>
    </message>
    <message>
        <source>If the file exists</source>
        <translation>文件已存在时</translation>
    </message>
    <message>
        <source>What happens when a file of that name is there already.</source>
        <translation>遇到同名文件时的处理方式。</translation>
    </message>
    <message>
        <source>Add a number</source>
        <translation>添加编号</translation>
    </message>
    <message>
        <source>Skip the photo</source>
        <translation>跳过这张照片</translation>
    </message>
    <message>
        <source>Replace the file</source>
        <translation>替换文件</translation>
    </message>
    <message>
        <source>Visible mark</source>
        <translation>可见标记</translation>
    </message>
    <message>
        <source>Words at the lower right of every restored photo, such as &apos;Restored with GPEN Desktop&apos;; none when empty.</source>
        <translation>写在每张修复后照片右下角的文字，例如“由 GPEN Desktop 修复”；留空则不写。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation>NVIDIA 显卡</translation>
    </message>
    <message>
        <source>Apple graphics</source>
        <translation>Apple 图形处理器</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Automatic is right for nearly everyone.</source>
        <translation>绝大多数情况下，“自动”即可。</translation>
    </message>
    <message>
        <source>Full (fp32)</source>
        <translation>全精度 (fp32)</translation>
    </message>
    <message>
        <source>Half (fp16)</source>
        <translation>半精度 (fp16)</translation>
    </message>
    <message>
        <source>Half (bf16)</source>
        <translation>半精度 (bf16)</translation>
    </message>
    <message>
        <source>Face detector</source>
        <translation>人脸检测器</translation>
    </message>
    <message>
        <source>Automatic takes the best that is installed: &apos;Models&apos; has more of them.</source>
        <translation>“自动”使用已安装的最好的检测器；在“模型”中可获取更多。</translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation>内置</translation>
    </message>
    <message>
        <source>RetinaFace detector (ResNet-50)</source>
        <translation>RetinaFace 人脸检测 (ResNet-50)</translation>
    </message>
    <message>
        <source>RetinaFace detector (MobileNet 0.25)</source>
        <translation>RetinaFace 人脸检测 (MobileNet 0.25)</translation>
    </message>
    <message>
        <source>Faces at once</source>
        <translation>同时处理的人脸数</translation>
    </message>
    <message>
        <source>More is quicker on a graphics card and needs more memory.</source>
        <translation>在显卡上数值越大越快，但占用更多内存。</translation>
    </message>
    <message>
        <source>Mirror for models</source>
        <translation>模型镜像</translation>
    </message>
    <message>
        <source>Where models are fetched from instead: an address, with {url} or {file} in it where it needs them.</source>
        <translation>改从此处获取模型：填写网址，可按需包含 {url} 或 {file}。</translation>
    </message>
</context>
<context>
    <name>window</name>
    <message>
        <source>&apos;Models…&apos; in the menu shows the models.</source>
        <translation>可在菜单“模型…”中查看所有模型。</translation>
    </message>
    <message>
        <source>Get them in &apos;Models…&apos; in the menu.</source>
        <translation>请在菜单“模型…”中获取。</translation>
    </message>
    <message>
        <source>Get them from {source} and import {file} in &apos;Models…&apos; in the menu.</source>
        <translation>请从 {source} 获取 {file}，然后在菜单“模型…”中导入。</translation>
    </message>
    <message>
        <source>Remove it in &apos;Models…&apos; in the menu and get it again.</source>
        <translation>请在菜单“模型…”中将其移除后重新获取。</translation>
    </message>
</context>
</TS>
